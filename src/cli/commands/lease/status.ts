import { lazy } from "../../../common/lazy.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import type { RunningProgram } from "../../../exec/handed-out/ledger.ts";
import { readLedger } from "../../../exec/handed-out/ledger-file.ts";
import { pendingRotations } from "../../../exec/rotation/pending.ts";
import { notAvailable } from "../../../lease/availability.ts";
import { describeNoAnswer } from "../../../lease/connection.ts";
import { findLeases } from "../../../lease/find.ts";
import { stagedRotations, strayStages } from "../../../store/rotation/states.ts";
import type { StoreData } from "../../../store/store-data.ts";
import { stateDirectory } from "../../../system/state-directory.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { BaseCommand } from "../../base/base-command.ts";
import { keyringFields } from "../../base/keyring-command.ts";
import type { KeyringState } from "../../base/saved-passphrases.ts";
import { shownNow, shownText } from "../../reading/shown-values.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { describeGrant, grantFields } from "../../report/lease-text.ts";
import { localTime } from "../../report/local-time.ts";
import {
  leftFields,
  leftText,
  rotationFields,
  stageText,
  strayFields,
  strayText,
} from "../../report/rotation-text.ts";

export default class StatusCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "leases",
    summary: "show what is unlocked and handed out now",
    details:
      "Shows the leases of this user, the programs that run with secrets, the files that secrets were written to, and the " +
      "values that were shown to a client and still work, and what the keyring has for the store here. Needs no passphrase. `pprotect git status` shows what is set up.",
    examples: [["Then take it back", "$0 revoke --all"]],
  };

  async run(): Promise<Outcome> {
    const { live, silent } = await findLeases(process.env);
    const { programs, files, shown } = readLedger(stateDirectory(process.env));
    const current = shownNow(shown);
    this.#section(
      "Leases",
      live.map(({ grant, used }) => describeGrant(grant, used)),
    );
    this.#section(
      "Leases that do not answer",
      silent.map(({ id, why }) => `${id} ${describeNoAnswer(why)}`),
    );
    const unavailable = silent.some(({ why }) => why === "unavailable") ? notAvailable() : undefined;
    if (unavailable !== undefined) this.note(`pprotect: warning: ${unavailable}`);
    this.#section("Programs with secrets", programLines(programs));
    this.#section(
      "Files with secrets",
      files.map(({ path, until, client }) => `${displayName(path)}${untilText(until)}${forClient(client)}`),
    );
    this.#section("Values that were shown and still work", current.map(shownText));
    const keyring = await this.#keyring();
    this.#section(
      keyring.state === "locked" ? "Keyring (locked)" : "Keyring",
      keyring.users.map((user) => `the passphrase of ${displayName(user)}`),
    );
    const store = this.#storeHere();
    const rotations = store ? stagedRotations(store) : [];
    const strays = store ? strayStages(store) : [];
    const left = store
      ? pendingRotations(this.realStorePath, stateDirectory(process.env), (message) =>
          this.note(`pprotect: warning: ${message}`),
        )
      : [];
    this.#section("Rotations that are half done", [
      ...rotations.map((each) => `${displayName(`${each.domain}/${each.secret}`)}: ${stageText(each)}`),
      ...strays.map(strayText),
      ...left.map(leftText),
    ]);
    if (
      live.length + silent.length + programs.length + files.length + current.length + keyring.users.length ===
      0
    )
      this.note("Nothing is unlocked, and nothing is handed out.");
    return {
      result: {
        leases: live.map(({ grant, used, pid }) => ({ ...grantFields(grant), used, pid })),
        silent: silent.map(({ id, why }) => ({ lease: id, why })),
        programs: programs.map(({ pid, name, store, domains, client, lease, since }) => ({
          pid,
          name,
          store,
          domains,
          client: client ?? null,
          lease: lease ?? null,
          since: new Date(since).toISOString(),
        })),
        files: files.map(({ path, store, client, lease, since, until }) => ({
          path,
          store,
          client: client ?? null,
          lease: lease ?? null,
          since: new Date(since).toISOString(),
          until: until === undefined ? null : new Date(until).toISOString(),
        })),
        shown: current.map((each) => ({ ...each })),
        rotations: rotations.map(rotationFields),
        stray_stages: strays.map(strayFields),
        interrupted_rotations: left.map(leftFields),
        keyring: keyringFields(keyring),
        active_leases: live.length,
        secrets_count: this.#secretsCount(),
      },
      nextActions:
        live.length === 0 ? [] : this.next({ command: ["lock", "--all"], description: "end all leases" }),
    };
  }

  #section(title: string, lines: readonly string[]): void {
    if (lines.length > 0) this.print(`${title}:\n${lines.map((line) => `  ${line}\n`).join("")}`);
  }

  /** Of the store here, if there is one. */
  #secretsCount(): number | null {
    const domains = this.#storeHere()?.domains;
    return domains ? [...domains.values()].reduce((sum, { secrets }) => sum + secrets.size, 0) : null;
  }

  async #keyring(): Promise<KeyringState> {
    return (await this.savedPassphrases()).state(this.#storeHere()?.custodians ?? new Map());
  }

  readonly #storeHere = lazy((): StoreData | undefined => {
    try {
      return this.readStore().data;
    } catch {
      return undefined;
    }
  });
}

/** A line for each program: one that is started again by `exec --watch` may have values of several leases. */
function programLines(programs: readonly RunningProgram[]): readonly string[] {
  const byProcess = Map.groupBy(programs, ({ pid, started }) => `${pid} ${started}`);
  return [...byProcess.values()].map((entries) => {
    const [{ pid, name }] = entries as [RunningProgram];
    const domains = [...new Set(entries.flatMap((each) => each.domains))];
    const clients = [...new Set(entries.map(({ client }) => client))];
    const since = Math.min(...entries.map((each) => each.since));
    return `${displayName(name)} (process ${pid}): ${domains.map(displayName).join(", ")}, since ${localTime(since)}${clients.map(forClient).join("")}`;
  });
}

function forClient(client: string | undefined): string {
  return client === undefined ? "" : `, for ${displayName(client)}`;
}

function untilText(until: number | undefined): string {
  return until === undefined ? "" : `, until ${localTime(until)}`;
}
