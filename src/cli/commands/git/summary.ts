import { countNoun } from "../../../common/text.ts";
import { MANIFEST_FILE } from "../../../exec/manifest-file.ts";
import { openAnyRepository } from "../../../git/process/repository.ts";
import { readRange } from "../../../git/summary/range.ts";
import { summarizeRange } from "../../../git/summary/summary.ts";
import { requiredArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { option } from "../../argv/option.ts";
import { choice, text } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import { missingEntries } from "../../reading/missing-entries.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { indentedJson } from "../../report/json-text.ts";
import { Progress } from "../../report/progress.ts";
import { summaryMarkdown } from "../../report/summary/markdown.ts";
import { summaryText } from "../../report/summary/text.ts";
import { summaryFields } from "../../report/summary/view.ts";

/** ms before progress is shown. */
const PROGRESS_AFTER = 1000;

export default class GitSummaryCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "summarize what a branch does to secrets",
    details:
      "Compares the stores at the end of a range with those where it begins: secrets added, changed, removed or only sealed " +
      "again, owners in and out, keys and whether they are proven, names that similar domains lack, manifest entries " +
      "without a secret, and what `git check` finds. No passphrase is needed. It always exits with 0: `git check` decides.",
    examples: [
      ["What the current branch does", "$0 git summary main..HEAD"],
      ["For a comment in a pull request", "$0 git summary main..HEAD --format md"],
    ],
  };

  range = requiredArgument("range", text("RANGE"), "the commits, such as main..HEAD");
  format = option(
    "--output-format,--format",
    choice("FORMAT", ["text", "md", "json"]),
    "how to print it (default: text)",
    {
      initial: "text",
      excludes: ["--json"],
    },
  );

  async run(): Promise<Outcome> {
    const repository = await openAnyRepository(process.cwd());
    const range = await readRange(repository, this.range);
    const progress = new Progress("checking commit", PROGRESS_AFTER);
    const summary = await summarizeRange(repository, range, MANIFEST_FILE, (done, total) =>
      progress.show(done, total),
    );
    progress.clear();
    const view = { summary, manifests: missingEntries(summary.beside) };
    const result = summaryFields(view);
    switch (this.format) {
      case "json":
        this.print(indentedJson(result));
        break;
      case "md":
        this.print(summaryMarkdown(view));
        break;
      case "text":
        this.print(summaryText(view));
    }
    this.note(
      `${countNoun(summary.commits, "commit")}, ${countNoun(summary.stores.length, "changed store")}, ${countNoun(summary.findings.length, "finding")}.`,
    );
    return { result };
  }
}
