import { PprotectError } from "../../../common/errors.ts";
import { countNoun } from "../../../common/text.ts";
import { chosenLeases, type Ending, endLeases } from "../../../lease/end.ts";
import { findLeases } from "../../../lease/find.ts";
import { realpathOfParent } from "../../../system/real-path.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { EndingCommand, noSuchLease } from "../../base/ending-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class LockCommand extends EndingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "leases",
    summary: "end leases of `unlock`; programs that run already go on",
    details:
      "Without an argument it ends those of the store here. `pprotect revoke` also ends programs and removes files.",
    examples: [
      ["Those of the store here", "$0 lock"],
      ["Those of all stores", "$0 lock --all"],
      ["Those of one agent", "$0 lock --client agent"],
    ],
  };

  async run(): Promise<Outcome> {
    const choice = this.choice() ?? { by: "store" as const, store: this.#store() };
    const chosen = chosenLeases(await findLeases(process.env), choice);
    if (choice.by === "id" && chosen.length === 0) throw noSuchLease(choice.id);
    const endings = await endLeases(chosen);
    const recorder = await this.recorder();
    for (const { id, outcome } of endings) {
      const client = chosen.find((each) => each.id === id)?.lease?.grant.client;
      await recorder.record({ lease: id, client, result: outcome });
    }
    const ended = endings.filter(({ outcome }) => outcome !== "failed").map(({ id }) => id);
    this.note(
      endings.length === 0 ? "There is no lease to end." : `Ended ${countNoun(ended.length, "lease")}.`,
    );
    const failed = endings.filter(({ outcome }) => outcome === "failed");
    for (const { id, problem } of failed) this.note(`Not ended: ${id} (${problem})`);
    return {
      result: { ended, failed: failed.map(({ id, problem }) => ({ lease: id, problem: problem ?? null })) },
      refusal: failed.length === 0 ? undefined : notEnded(failed),
    };
  }

  /** @throws PprotectError `store_missing` */
  #store(): string {
    this.readStore();
    return realpathOfParent(this.storePath);
  }
}

function notEnded(failed: readonly Ending[]): PprotectError {
  const each = failed.map(({ id, problem }) => `${id} (${problem})`).join(", ");
  return new PprotectError(
    "not_ended",
    `not ended: ${each}`,
    "look for the processes, and end them yourself",
  );
}
