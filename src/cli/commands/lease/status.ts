import { lazy } from "../../../common/lazy.ts";
import { readLedger } from "../../../exec/handed-out/ledger-file.ts";
import { pendingRotations } from "../../../exec/rotation/pending.ts";
import { notAvailable } from "../../../lease/availability.ts";
import { findLeases } from "../../../lease/find.ts";
import { stagedRotations, strayStages } from "../../../store/rotation/states.ts";
import type { StoreData } from "../../../store/store-data.ts";
import { stateDirectory } from "../../../system/state-directory.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { KeyringState } from "../../base/saved-passphrases.ts";
import { shownNow } from "../../reading/shown-values.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { isNothingOut, type Status, statusFields, statusSections } from "../../report/status-text.ts";

export default class StatusCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "leases",
    summary: "show what is unlocked and handed out now",
    details:
      "Shows the leases of this user, the programs that run with secrets, the files that secrets were written to, the values " +
      "that were shown to a client and still work, and what the keyring has for this store. Needs no passphrase. " +
      "`pprotect git status` shows what is set up.",
    examples: [["Then take it back", "$0 revoke --all"]],
  };

  async run(): Promise<Outcome> {
    const status = await this.#status();
    for (const [title, lines] of statusSections(status))
      this.print(`${title}:\n${lines.map((line) => `  ${line}\n`).join("")}`);
    const unavailable = status.silent.some(({ why }) => why === "unavailable") ? notAvailable() : undefined;
    if (unavailable !== undefined) this.note(`pprotect: warning: ${unavailable}`);
    if (isNothingOut(status)) this.note("Nothing is unlocked, and nothing is handed out.");
    const active = status.live.length;
    return {
      result: { ...statusFields(status), active_leases: active, secrets_count: this.#secretsCount() },
      nextActions:
        active === 0 ? [] : this.next({ command: ["lock", "--all"], description: "end all leases" }),
    };
  }

  async #status(): Promise<Status> {
    const { live, silent } = await findLeases(process.env);
    const directory = stateDirectory(process.env);
    const { programs, files, shown } = readLedger(directory);
    const store = this.#storeHere();
    const warn = (message: string) => this.note(`pprotect: warning: ${message}`);
    return {
      ...{ live, silent, programs, files },
      shown: shownNow(shown),
      keyring: await this.#keyring(),
      rotations: store ? stagedRotations(store) : [],
      strays: store ? strayStages(store) : [],
      interrupted: store ? pendingRotations(this.realStorePath, directory, warn) : [],
    };
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
