import { PprotectError } from "../../common/errors.ts";
import { countNoun } from "../../common/text.ts";
import { findingsError } from "../../git/guard/report.ts";
import type { Scanned } from "../../git/guard/tally.ts";
import { flag, option } from "../argv/option.ts";
import { choice } from "../argv/value-type.ts";
import { FINDING_FORMATS, findingReport } from "../report/findings/formats.ts";
import type { FoundProblems } from "../report/findings/located.ts";
import type { Outcome, Result } from "../report/json-envelope.ts";
import { GuardingCommand } from "./guarding-command.ts";

/** A command that reports findings, in one of several formats. */
export abstract class FindingCommand extends GuardingCommand {
  format = option(
    "--output-format,--format",
    choice("FORMAT", FINDING_FORMATS),
    "how to print the findings (default: text)",
    { initial: "text" },
  );
  strict = flag("--strict", "fail also when a file could not be scanned, or none was");

  /** Whether findings are printed one by one, as they come. */
  protected get asText(): boolean {
    return !this.json && this.format === "text";
  }

  /** Prints the report unless it was printed as it came. */
  protected finish(found: FoundProblems, result: Result, scanned: Scanned): Outcome {
    const whole = { ...result, scanned: { ...scanned } };
    if (this.format !== "text") this.print(findingReport(this.format, found, whole));
    const notScanned = this.#notScanned(scanned);
    if (notScanned) this.note(`pprotect: ${notScanned.message}`);
    return { result: whole, refusal: findingsError(found.errors) ?? notScanned };
  }

  #notScanned({ files, skipped }: Scanned): PprotectError | undefined {
    if (!this.strict || (skipped === 0 && files > 0)) return undefined;
    const message =
      skipped > 0 ? `${countNoun(skipped, "file")} not scanned, or not to the end` : "no file was scanned";
    return new PprotectError("not_scanned", message, "leave out --strict to accept that");
  }
}
