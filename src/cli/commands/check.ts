import { resolve } from "node:path";
import { Command } from "clipanion";
import { printable } from "../../common/printable.ts";
import { KeyFile } from "../../store/key-file.ts";
import { formatProblem, InvalidStoreError, UnresolvedMergeError } from "../../store/problem.ts";
import { readStoreBytes } from "../../store/store-file.ts";
import { BaseCommand } from "../base-command.ts";
import { writeLine } from "../output.ts";

export class CheckCommand extends BaseCommand {
  static override paths = [["check"]];
  static override usage = Command.Usage({
    category: "General",
    description: "validate a store; with credentials, also decrypt everything that you own",
    examples: [
      ["The file alone", "$0 check"],
      ["And every secret of mine", "$0 check -u alice@example.com"],
    ],
  });

  async run(): Promise<number> {
    const bytes = readStoreBytes(resolve(this.storePath), this.storePath);
    const keyFile = this.#parse(bytes);
    if (!keyFile) return 1;
    const { domains, custodians } = keyFile.data;
    const secrets = [...domains.values()].reduce((sum, { secrets: { size } }) => sum + size, 0);
    const opened = await this.#openOwned(bytes, keyFile);
    if (opened === undefined) return 1;
    this.note(
      `${printable(this.storePath)}: ok (${count(domains.size, "domain")}, ${count(secrets, "secret")}, ` +
        `${count(custodians.size, "custodian")}${opened})`,
    );
    return 0;
  }

  #parse(bytes: Uint8Array): KeyFile | undefined {
    try {
      return KeyFile.parse(bytes, this.storePath);
    } catch (error) {
      if (error instanceof UnresolvedMergeError) writeLine(printable(error.message));
      else if (error instanceof InvalidStoreError) {
        for (const problem of error.problems) writeLine(formatProblem(error.file, problem));
      } else throw error;
      return undefined;
    }
  }

  /** @returns what to add to the verdict, or `undefined` after a problem */
  async #openOwned(bytes: Uint8Array, keyFile: KeyFile): Promise<string | undefined> {
    const { hasGivenCredentials } = await import("../../credentials/resolve.ts");
    if (this.user === undefined && !hasGivenCredentials(this.givenCredentials)) return "";
    const custodian = await this.unlock(keyFile);
    const { checkOwned } = await import("../../store/check-owned.ts");
    const { opened, problems } = checkOwned(bytes, keyFile, custodian);
    for (const problem of problems) writeLine(formatProblem(this.storePath, problem));
    return problems.length > 0
      ? undefined
      : `; ${count(opened, "secret")} opened as ${printable(custodian.name)}`;
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
