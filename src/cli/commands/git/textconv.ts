import { readFileSync } from "node:fs";
import { Command, Option } from "clipanion";
import { storeAsText } from "../../../git/history/textconv.ts";
import { fileError } from "../../../system/file-error.ts";
import { BaseCommand } from "../../base/base-command.ts";
import { writeOut } from "../../report/output.ts";

export class GitTextconvCommand extends BaseCommand {
  static override paths = [["git", "textconv"]];
  static override usage = Command.Usage({
    category: "Git",
    description: "print a store with names instead of sealed values, for `git diff`",
    examples: [["What `git diff` shows of it", "$0 git textconv protected.yaml"]],
  });

  source = Option.String({ required: true, name: "file" });

  async run(): Promise<number> {
    // Git reads it, and nothing else does.
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
