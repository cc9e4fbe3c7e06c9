import { lazy } from "../../common/lazy.ts";
import type { Acceptance, FileExists } from "../../scan/baseline.ts";
import type { Finding } from "../../scan/finding.ts";
import { findsOwnCredentials } from "../../scan/rules/pprotect.ts";
import type { TextLines } from "../../scan/scan-text.ts";
import { addFinding } from "./add-finding.ts";
import { areExisting, type ScanSources } from "./scan-sources.ts";
import type { Findings, Subject } from "./subject.ts";

/** Where the findings of a file are. */
export interface FoundIn {
  readonly findings: readonly Finding[];
  /** The path of the file before the change. */
  readonly oldPath: string;
  /** The text that they are in, if it is text. */
  readonly lines: TextLines | undefined;
}

/** Decides what the findings of one version count as: an error, a warning, or one that is ignored or accepted. */
export class Triage {
  readonly #sources: ScanSources;
  readonly #subject: Pick<Subject, "prefix" | "parents">;
  readonly #found: Findings;
  readonly #accept: () => Promise<((finding: Finding) => Promise<Acceptance | undefined>) | undefined>;

  /** @param found gets the findings */
  constructor(sources: ScanSources, subject: Pick<Subject, "prefix" | "parents">, found: Findings) {
    this.#sources = sources;
    this.#subject = subject;
    this.#found = found;
    const exists: FileExists = async (path) =>
      (await sources.blobs.read(subject.prefix + path, 0)) !== undefined;
    this.#accept = lazy(async () => (await sources.baseline())?.version(exists));
  }

  /** Findings in what is added to a file. */
  async file({ findings, oldPath, lines }: FoundIn): Promise<void> {
    if (findings.length === 0) return;
    const former = lazy(async () => {
      const { FormerLines } = await import("./former-lines.ts");
      return new FormerLines(this.#sources.blobs, this.#subject.parents, lines);
    });
    for (const finding of await this.#notIgnored(findings)) {
      const located = this.#inHistory(finding);
      const acceptance = await (await this.#accept())?.(located);
      const isChanged =
        acceptance !== undefined &&
        (await this.#wasAccepted(acceptance)) &&
        (await (await former()).lack(finding.line, [finding.path, oldPath, acceptance.entry.path]));
      this.#add(located, acceptance, isChanged);
    }
  }

  /**
   * Findings in a message. An entry of the baseline is for the messages that there were when it was written. A later message is not
   * accepted; in the history, where nobody can change it, it is, with a warning.
   *
   * @param since the release that searches such messages first
   */
  async message(findings: readonly Finding[], since: string): Promise<void> {
    const { of } = this.#sources.versions;
    for (const finding of await this.#notIgnored(findings)) {
      const located = this.#inHistory({ ...finding, since: finding.since ?? since });
      const acceptance = of === "staged" ? undefined : await (await this.#accept())?.(located);
      const isLater = acceptance !== undefined && (await this.#wasAccepted(acceptance));
      // Where a baseline was given, nobody knows since when it has the entry.
      const isAccepted = of === "all" || acceptance?.isNew !== false;
      this.#add(located, isAccepted ? acceptance : undefined, isLater);
    }
  }

  /** A warning. @returns whether `.pprotectignore` leaves it as it is */
  async warning(warning: Finding): Promise<boolean> {
    const [stays] = await this.#notIgnored([warning]);
    if (stays) this.#found.warnings.push(stays);
    return stays !== undefined;
  }

  #add(finding: Finding, acceptance: Acceptance | undefined, isChanged: boolean): void {
    addFinding(this.#found, finding, {
      acceptance,
      isChanged,
      wasThere: areExisting(this.#sources.versions),
    });
  }

  /** The findings that `.pprotectignore` does not list; the others are suppressed. */
  async #notIgnored(findings: readonly Finding[]): Promise<readonly Finding[]> {
    if (findings.length === 0) return findings;
    const ignore = await this.#sources.ignoreFiles.of(this.#subject.prefix);
    return findings.filter((finding) => {
      const isIgnored = ignore?.ignored(finding.path, finding.rule) ?? false;
      if (isIgnored) this.#found.suppressed.push({ ...finding, suppressedBy: "ignore-file" });
      return !isIgnored;
    });
  }

  /** Whether the parents have the entry already, so that the change is newer than it. */
  async #wasAccepted({ entry, isNew }: Acceptance): Promise<boolean> {
    if (this.#sources.versions.of !== "all") return !isNew;
    return this.#sources.baselines.had(this.#subject.parents, entry);
  }

  /** Of all commits, credentials that open a store can be accepted: they stay in the history when they were changed. */
  #inHistory(finding: Finding): Finding {
    const { rule, fingerprint } = finding;
    if (this.#sources.versions.of !== "all" || fingerprint === undefined || !findsOwnCredentials(rule))
      return finding;
    return { ...finding, versionHash: fingerprint };
  }
}
