import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import { findingsError, howToAccept } from "../../git/guard/report.ts";
import type { Scanned } from "../../git/guard/tally.ts";
import type { Baseline } from "../../scan/baseline.ts";
import { entriesOf, entryFor } from "../../scan/baseline-file.ts";
import { findsOwnCredentials } from "../../scan/rules/pprotect.ts";
import { flag, option } from "../argv/option.ts";
import { choice, FILE } from "../argv/value-type.ts";
import type { WrittenBaseline } from "../reading/baseline.ts";
import { FINDING_FORMATS, findingReport } from "../report/findings/formats.ts";
import type { FoundProblems, LocatedFinding } from "../report/findings/located.ts";
import type { Outcome, Result } from "../report/json-envelope.ts";
import { GuardingCommand } from "./guarding-command.ts";

/** A command that reports findings, in one of several formats. */
export abstract class FindingCommand extends GuardingCommand {
  format = option(
    "--output-format,--format",
    choice("FORMAT", FINDING_FORMATS),
    "how to print the findings (default: text)",
    { initial: "text", excludes: ["--json"] },
  );
  baseline = option(
    "--baseline",
    FILE,
    "accept the findings that FILE lists (default: .pprotect-baseline.json, if there is one)",
  );
  noBaseline = flag("--no-baseline", "report what the baseline accepts, too", {
    excludes: ["--baseline", "--write-baseline"],
  });
  writeBaseline = flag("--write-baseline", "accept what is found now: write it to the baseline");
  strict = flag("--strict", "fail also when a file could not be scanned, or none was");

  /** In groups: what each commit has, or all files. */
  readonly #toAccept: (readonly LocatedFinding[])[] = [];
  /** How many findings could be accepted in the whole history alone. */
  #historyOnly = 0;

  /**
   * The baseline that was asked for, `undefined` for the usual one.
   * @throws PprotectError `invalid_config`, `file_error`
   */
  protected async givenBaseline(): Promise<Baseline | "none" | undefined> {
    if (this.noBaseline || this.writeBaseline) return "none";
    return this.baseline === undefined ? undefined : this.readBaseline(this.baseline, true);
  }

  /** @param required whether a file that does not exist is an error */
  protected async readBaseline(file: string, required = false): Promise<Baseline | undefined> {
    const { readBaselineFile } = await import("../reading/baseline.ts");
    const { Baseline } = await import("../../scan/baseline.ts");
    const entries = readBaselineFile(file);
    if (entries) return new Baseline(file, entries);
    if (!required) return undefined;
    throw new PprotectError(
      "file_error",
      `cannot read ${escapeUnprintable(file)}: no such file or directory`,
      "`--write-baseline` creates it",
    );
  }

  /** Moves what `--write-baseline` will accept of a commit, or of all files. */
  protected accepting(found: FoundProblems): FoundProblems {
    if (!this.writeBaseline) return found;
    // What a new rule finds is a warning in its first release, and an error after that.
    const isAccepted = (finding: LocatedFinding): boolean => entryFor(finding) !== undefined;
    const ofNewRules = found.warnings.filter((finding) => finding.since !== undefined && isAccepted(finding));
    const accepted = [...found.errors.filter(isAccepted), ...ofNewRules];
    this.#toAccept.push(accepted);
    const errors = found.errors.filter((finding) => !isAccepted(finding));
    this.#historyOnly += errors.filter(({ inStore, rule }) => inStore || findsOwnCredentials(rule)).length;
    return {
      errors,
      warnings: found.warnings.filter((finding) => !ofNewRules.includes(finding)),
      suppressed: [
        ...found.suppressed,
        ...accepted.map((finding) => ({ ...finding, suppressedBy: "baseline" as const })),
      ],
    };
  }

  /**
   * Writes the baseline if that was asked for.
   * @param usual the file, unless another was named
   * @param whole whether everything was checked, so that other entries are removed
   * @param more what to do with the usual file
   */
  protected async writtenBaseline(usual: string, whole: boolean, more = ""): Promise<WrittenBaseline | null> {
    if (!this.writeBaseline) return null;
    const { writeBaselineFile } = await import("../reading/baseline.ts");
    const written = writeBaselineFile(this.baseline ?? usual, entriesOf(this.#toAccept), whole);
    const { file, entries, added, removed } = written;
    const count = entries === 1 ? "1 entry" : `${entries} entries`;
    const next = this.baseline === undefined ? more : "";
    if (this.#toAccept.flat().some(({ rule }) => findsOwnCredentials(rule)))
      this.note(
        "pprotect: warning: some of the entries are for credentials that open a store: change those credentials with " +
          "`pprotect set-key-custodian-passphrase` or `rekey-custodian`",
      );
    this.note(`Wrote ${count} to ${file}: ${added} added, ${removed} removed.${next}`);
    if (this.#historyOnly > 0)
      this.note(
        `${countNoun(this.#historyOnly, "finding")} not accepted: problems of a store, and credentials that open one, have to be ` +
          "corrected; only `git check --all` can accept those of old commits",
      );
    return written;
  }

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
    return { result: whole, refusal: findingsError(found.errors, howToAccept(found.errors)) ?? notScanned };
  }

  #notScanned({ files, skipped }: Scanned): PprotectError | undefined {
    if (!this.strict || (skipped === 0 && files > 0)) return undefined;
    const message =
      skipped > 0 ? `${countNoun(skipped, "file")} not scanned, or not to the end` : "no file was scanned";
    return new PprotectError("not_scanned", message, "leave out --strict to accept that");
  }
}
