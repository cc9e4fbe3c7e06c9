import { readFileSync } from "node:fs";
import { storeAsText } from "../../../git/history/textconv.ts";
import { fileError } from "../../../system/file-error.ts";
import { requiredArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { FILE } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import { writeOut } from "../../report/output.ts";

export default class GitTextconvCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "print a store with names instead of encrypted values",
    details:
      "Git runs it for `git diff` and `git log -p`; it needs no credentials. Its output is not a patch: `git diff --no-textconv` " +
      "gives one that `git apply` takes.",
    examples: [["What `git diff` compares", "$0 git textconv protected.yaml"]],
  };

  source = requiredArgument("file", FILE, "the store to print");

  async run(): Promise<number> {
    // Only git reads this: it is never JSON.
    writeOut(storeAsText(this.#read()));
    return 0;
  }

  #read(): Uint8Array {
    try {
      return readFileSync(this.source);
    } catch (error) {
      throw fileError("read", this.source, error);
    }
  }
}
