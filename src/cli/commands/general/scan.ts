import { countNoun } from "../../../common/text.ts";
import { unusedEntries } from "../../../git/guard/baseline-of-versions.ts";
import { scanFiles } from "../../../git/guard/files-on-disk.ts";
import {
  findingFields,
  findingLine,
  PrintedWarnings,
  SaidOnce,
  suppressedCount,
  suppressedFields,
} from "../../../git/guard/report.ts";
import { BASELINE_FILE } from "../../../scan/baseline-file.ts";
import { restArguments } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { file } from "../../argv/value-type.ts";
import { FindingCommand } from "../../base/finding-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class ScanCommand extends FindingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "general",
    summary: "search files for plaintext secrets",
    details:
      "Needs no repository. Directories are searched with all that is in them, but for .git and symbolic links; a " +
      ".pprotectignore, .pprotect.yaml and .pprotect-baseline.json in the current directory apply. `git check` searches commits, and what is staged.",
    examples: [
      ["The current directory", "$0 scan"],
      ["For a code host", "$0 scan src config --format sarif"],
    ],
  };

  files = restArguments("paths", file("PATH"), "files and directories (default: the current directory)");

  async run(): Promise<Outcome> {
    const paths = this.files.length === 0 ? ["."] : this.files;
    const isWhole = this.files.length === 0 || this.files.includes(".");
    const given = (await this.givenBaseline()) ?? (await this.readBaseline(BASELINE_FILE));
    const baseline = given === "none" ? undefined : given;
    const { scanned, ...verdict } = await scanFiles(paths, this.credentialPrefixes, baseline);
    const unused = baseline && isWhole ? unusedEntries(baseline) : [];
    const { errors, warnings, suppressed } = this.accepting({
      ...verdict,
      warnings: [...verdict.warnings, ...unused],
    });
    if (this.asText) {
      const printed = new PrintedWarnings();
      const warned = new SaidOnce();
      for (const finding of printed.of(warnings))
        this.note(findingLine(warned.of(finding), { warning: true }));
      if (printed.rest !== undefined) this.note(printed.rest);
      // By itself: standard output may be read without standard error.
      const found = new SaidOnce();
      for (const finding of errors) this.printLine(findingLine(found.of(finding)));
    }
    const skipped = scanned.skipped > 0 ? `, ${scanned.skipped} not scanned` : "";
    const counts = countNoun(errors.length, "finding") + suppressedCount(suppressed);
    this.note(`pprotect: ${countNoun(scanned.files, "file")} scanned${skipped}, ${counts}`);
    const result = {
      findings: errors.map(findingFields),
      warnings: warnings.map(findingFields),
      suppressed: suppressed.map(suppressedFields),
      baseline: await this.writtenBaseline(BASELINE_FILE, isWhole),
    };
    return this.finish({ errors, warnings, suppressed }, result, scanned);
  }
}
