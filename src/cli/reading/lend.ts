import { formatDuration } from "../../common/duration.ts";
import { randomBytes } from "../../crypto/bytes.ts";
import type { SecretReference } from "../../lease/access-log/recorder.ts";
import { boxHash } from "../../lease/grant.ts";
import { refuseLongTtl } from "../../lease/longest.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findDomain, findSecret } from "../../store/lookup.ts";
import type { NextAction } from "../report/json-envelope.ts";
import { type HandingOut, noteShown } from "./hand-out.ts";
import { chosenTtl } from "./lifetime.ts";
import type { OpenedSecrets, ReadDetails } from "./open-secrets.ts";

/** For how long a value is given, in ms, and to whom. */
export interface Loan {
  readonly ttl: number;
  readonly client: string;
}

/**
 * What `--ttl` and `--client-id` ask for.
 * @param client left out, a new name
 * @throws PprotectError `usage` for a time that is longer than leases may last
 */
export async function loanOf(ttl: string | undefined, client: string | undefined): Promise<Loan> {
  const chosen = await chosenTtl(ttl);
  refuseLongTtl(chosen, process.env);
  return { ttl: chosen, client: client ?? `client-${newId().slice(0, 8)}` };
}

/** Opens a secret for a client, and notes that it was shown to it, before anything is printed. */
export async function lend(
  keyFile: KeyFile,
  { domain, name }: SecretReference,
  { ttl, client }: Loan,
  command: {
    readonly open: (details: ReadDetails) => Promise<OpenedSecrets<SecretReference>>;
    readonly handingOut: (opened: OpenedSecrets<SecretReference>) => Promise<HandingOut>;
  },
): Promise<{
  readonly value: string;
  readonly fields: LoanFields;
  readonly nextActions: readonly NextAction[];
}> {
  const opened = await command.open({ client });
  const id = newId();
  const until = Date.now() + ttl;
  const box = boxHash(findSecret(domain, findDomain(keyFile.data, domain), name));
  await noteShown({ ...(await command.handingOut(opened)), client, until }, [{ id, domain, name, box }]);
  return {
    value: opened.secrets[0]?.value ?? "",
    fields: {
      lease_id: id,
      expires_at: new Date(until).toISOString(),
      ttl: formatDuration(ttl),
      client_id: client,
    },
    nextActions: [
      { command: `pprotect revoke ${id}`, description: "report how to change the value", runnable: true },
    ],
  };
}

/** What a program gets of it. */
type LoanFields = Readonly<Record<"lease_id" | "expires_at" | "ttl" | "client_id", string>>;

/** The id of a value that was given out; `revoke` takes it. */
export function newId(): string {
  return Buffer.from(randomBytes(8)).toString("hex");
}
