import type { HandedOutFile, Ledger, RunningProgram, ShownValue } from "../../exec/handed-out/ledger.ts";
import { withFile, withProgram, withShown } from "../../exec/handed-out/ledger.ts";
import { changeLedger } from "../../exec/handed-out/ledger-file.ts";
import type { Grant } from "../../lease/grant.ts";
import { ownPidNamespace } from "../../system/pid-namespace.ts";
import { identityOf } from "../../system/process-identity.ts";
import { realpathOfParent } from "../../system/real-path.ts";
import { stateDirectory } from "../../system/state-directory.ts";

/** To whom something is handed out, and until when. */
export interface HandingOut {
  /** The store's path. */
  readonly store: string;
  readonly domains: readonly string[];
  /** The leases that opened them: what was opened by one of them is taken back with it. */
  readonly leases: readonly Grant[];
  readonly client?: string | undefined;
  /** Milliseconds since 1970. */
  readonly until?: number | undefined;
  /** Whether it is an error, and not only a warning, when it cannot be noted. */
  readonly required: boolean;
  readonly warn: (message: string) => void;
}

type Common = Pick<RunningProgram, "store" | "client" | "lease" | "since" | "until"> & {
  readonly domains: string[];
};

/** Notes that this process, and what it becomes or starts, has secrets. @param name of the program */
export async function noteProgram(handing: HandingOut, name: string): Promise<void> {
  const identity = identityOf(process.pid);
  if (!identity) return;
  await note(handing, (ledger) =>
    perLease(handing).reduce(
      (all, each): Ledger => withProgram(all, { ...each, ...identity, namespace: ownPidNamespace(), name }),
      ledger,
    ),
  );
}

/** Notes a file that secrets were written to. */
export async function noteFile(handing: HandingOut, path: string): Promise<void> {
  const [each] = perLease(handing);
  if (!each) return;
  const file: HandedOutFile = { ...each, path: realpathOfParent(path) };
  await note(handing, (ledger) => withFile(ledger, file));
}

/** Notes values that a client was shown. */
export async function noteShown(
  handing: HandingOut,
  shown: readonly Pick<ShownValue, "id" | "domain" | "name" | "box">[],
): Promise<void> {
  const [{ domains: _, ...each } = { domains: [] }] = perLease(handing);
  await note(handing, (ledger) =>
    withShown(
      ledger,
      shown.map((value) => ({ ...(each as Omit<Common, "domains">), ...value })),
    ),
  );
}

/** An entry for each lease: whichever of them ends, takes it back. */
function perLease({ store, domains, leases, client, until }: HandingOut): readonly Common[] {
  const common = {
    store: realpathOfParent(store),
    since: Date.now(),
    until,
    domains: [...new Set(domains)],
  };
  if (leases.length === 0) return [{ ...common, client, lease: undefined }];
  return leases.map((grant) => ({ ...common, client: client ?? grant.client, lease: grant.id }));
}

async function note({ required, warn }: HandingOut, change: (ledger: Ledger) => Ledger): Promise<void> {
  try {
    await changeLedger(stateDirectory(process.env), change);
  } catch (error) {
    if (required) throw error;
    warn(
      `\`pprotect revoke\` will not find this: ${error instanceof Error ? error.message : "unknown error"}`,
    );
  }
}
