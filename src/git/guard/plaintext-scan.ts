import { type Eventual, whenThere } from "../../common/eventual.ts";
import { lazy } from "../../common/lazy.ts";
import type { Finding } from "../../scan/finding.ts";
import type { TextLines } from "../../scan/scan-text.ts";
import { CommitTexts } from "./commit-texts.ts";
import { type FileChange, MAX_ADDED, type Patch, type PatchEvent } from "./diff-parser.ts";
import type { Diff, DiffReader, NextPatch } from "./diff-reader.ts";
import { isRegular } from "./file-mode.ts";
import { type LinesElsewhere, newInMerge, numbersOf } from "./lines-elsewhere.ts";
import { NOT_SCANNED } from "./not-scanned.ts";
import { withoutGeneral } from "./own-credentials.ts";
import type { OwnSecretHit } from "./own-secrets.ts";
import type { ScanSources } from "./scan-sources.ts";
import { withStoreFindings } from "./store-findings.ts";
import type { StorePatches } from "./store-patches.ts";
import type { Findings, Subject } from "./subject.ts";
import type { TextSearch } from "./text-search.ts";
import { Triage } from "./triage.ts";
import { looksBinary } from "./work-tree-file.ts";

/** The diff against the first parent, with what is needed to scan it. */
export interface ScannedDiff {
  readonly subject: Subject;
  readonly diff: Diff;
  readonly files: ReadonlyMap<string, FileChange>;
  /** The value of each path's `diff` attribute. */
  readonly attribute: ReadonlyMap<string, string>;
  readonly stores: ReadonlySet<string>;
  /** Takes the diffs of stores. */
  readonly patches: StorePatches;
  /** For each other parent, what it does not have. */
  readonly elsewhere: readonly LinesElsewhere[];
}

const SUBMODULE = "160000";
const MIB = 1024 * 1024;

/** The most bytes that are scanned of one commit; at the speed of the scanner, a few seconds. */
const MAX_TOTAL = 256 * MIB;

/** Pictures, sound, fonts and archives: they are binary, and reading them would not show more. */
const MEDIA =
  /\.(?:png|jpe?g|gif|webp|avif|ico|bmp|tiff?|psd|mp[34]|m4[av]|mov|avi|mkv|webm|wav|ogg|flac|aac|woff2?|ttf|otf|eot|zip|t?gz|bz2|xz|zst|7z|rar|tar|jar|war|whl|pdf|docx?|xlsx?|pptx?|exe|dll|so|dylib|class|pyc|wasm)$/i;

/** Scans what a commit adds to files that are not stores. */
export class PlaintextScan {
  readonly #sources: ScanSources;
  readonly #scanned: ScannedDiff;
  readonly #found: Findings;
  readonly #before = lazy(() => new CommitTexts(this.#sources.root, this.#scanned.subject.parents));
  readonly #triage = lazy(() => new Triage(this.#sources, this.#scanned.subject, this.#found));
  /** By the ids of their content. */
  readonly #changed = lazy(() => Map.groupBy(this.#scanned.files.values(), ({ newId }) => newId));
  /** The ids of contents that git takes for binary. */
  readonly #binary = new Set<string>();
  /** Files that only attributes call binary. */
  readonly #hidden = new Set<string>();
  #total = 0;

  constructor(sources: ScanSources, scanned: ScannedDiff, found: Findings) {
    this.#sources = sources;
    this.#scanned = scanned;
    this.#found = found;
  }

  /** @returns no promise where all that is added has arrived and nothing else has to be read */
  run(): Eventual<void> {
    const next = this.#scanned.diff.patches();
    for (let event = next(); event; event = next()) {
      const scan = whenThere(event, (each) => each && this.#event(each));
      if (scan) return this.#runLater(scan, next);
    }
    return this.#runHidden();
  }

  /** The rest, from the first part that has to be waited for. */
  async #runLater(scan: Promise<void>, next: NextPatch): Promise<void> {
    await scan;
    for (let event = await next(); event; event = await next()) await this.#event(event);
    await this.#runHidden();
  }

  #event(event: PatchEvent): Eventual<void> {
    if (event.kind === "patch") return this.#patch(event.patch);
    if (this.#binary.has(event.newId)) return undefined;
    this.#binary.add(event.newId);
    return this.#binaries(event.newId);
  }

  #runHidden(): Eventual<void> {
    return this.#hidden.size === 0
      ? undefined
      : this.#asText(this.#scanned.subject.asText([...this.#hidden]));
  }

  /** Scans files that only attributes call binary. */
  async #asText(reader: DiffReader): Promise<void> {
    try {
      const next = (await reader.next())?.patches();
      for (let event = await next?.(); event; event = await next?.()) {
        if (event.kind !== "patch") continue;
        const file = this.#scanned.files.get(event.patch.path);
        if (!looksBinary(event.patch.added.bytes)) await this.#patch(event.patch);
        else if (file) await this.#bytes(file);
      }
    } finally {
      await reader.close();
    }
  }

  #patch(patch: Patch): Eventual<void> {
    const { path, added, cut } = patch;
    const { files, stores, patches, elsewhere } = this.#scanned;
    const file = files.get(path);
    if (!file || file.newMode === SUBMODULE) return undefined;
    this.#scanned.subject.tally.lines(file.newId, added.bytes);
    if (stores.has(path)) {
      patches.add(file, patch);
      return undefined;
    }
    if (elsewhere.length > 0) return this.#inMerge(patch);
    if (added.bytes.length === 0) return undefined;
    return cut ? this.#cut(path, added) : this.#scan(path, added, file.status === "A" ? file : undefined);
  }

  /** Scans what a merge adds against all of its parents. */
  async #inMerge({ path, added, cut }: Patch): Promise<void> {
    const lines = await newInMerge(path, added, this.#scanned.elsewhere, this.#sources.blobs);
    if (lines.bytes.length > 0) await (cut ? this.#cut(path, lines) : this.#scan(path, lines));
  }

  /** Scans lines after which others were added that are not read. */
  async #cut(path: string, lines: TextLines): Promise<void> {
    const last = Math.max(...(await numbersOf(lines)));
    await this.#scan(path, lines);
    await this.#notScanned(
      path,
      last,
      `more than ${MAX_ADDED / MIB} MiB were added; lines after this one were not scanned`,
    );
  }

  /** Scans the changed files with a content that git takes for binary. */
  async #binaries(id: string): Promise<void> {
    const { stores, attribute } = this.#scanned;
    for (const file of this.#changed().get(id) ?? []) {
      const { path, newMode } = file;
      if (!isRegular(newMode) || stores.has(path)) continue;
      const value = attribute.get(path);
      if (value === "unspecified" || value === "set") await this.#bytes(file);
      else this.#hidden.add(path);
    }
  }

  /** Scans a file that has bytes which are not of a text. */
  async #bytes({ path, newId, oldId, oldMode }: FileChange): Promise<void> {
    if (MEDIA.test(path)) return this.#notScanned(path, 1, IS_BINARY);
    const { blobs } = this.#sources;
    const bytes = await blobs.read(newId, MAX_ADDED + 1);
    if (!bytes) return;
    const { decodedLines, scanBinary } = await bytesScanner();
    const before = isRegular(oldMode) ? await blobs.read(oldId, MAX_ADDED) : undefined;
    const start = bytes.subarray(0, MAX_ADDED);
    const lines = decodedLines(start, before);
    if (lines) await this.#scan(path, lines);
    const { findings, skipped } = lines ? { findings: [], skipped: false } : scanBinary(path, start);
    if (!lines) {
      const secrets = await this.#sources.ownSecrets();
      const own = await this.#ownFindings(secrets?.inBinary(path, start) ?? []);
      const all = [...findings, ...own];
      if (all.length > 0) await this.#report(path, all);
    }
    if (!skipped) this.#scanned.subject.tally.file(newId, bytes.length);
    if (skipped) await this.#notScanned(path, 1, IS_BINARY);
    else if (bytes.length > MAX_ADDED)
      await this.#notScanned(path, 1, `only its first ${MAX_ADDED / MIB} MiB were scanned`);
  }

  /** @param whole the file, if these are all of its lines */
  #scan(path: string, lines: TextLines, whole?: FileChange): Eventual<void> {
    this.#total += lines.bytes.length;
    if (this.#total > MAX_TOTAL) {
      const first = lines.runs[0]?.number ?? 1;
      return this.#notScanned(path, first, `more than ${MAX_TOTAL / MIB} MiB were added in all`);
    }
    return whenThere(this.#sources.search(), (search) =>
      whenThere(this.#findings(path, lines, whole, search), (found) =>
        found.length > 0 ? this.#report(path, found, lines) : undefined,
      ),
    );
  }

  /** What is found in a text. */
  #findings(
    path: string,
    lines: TextLines,
    whole: FileChange | undefined,
    search: TextSearch,
  ): Eventual<readonly Finding[]> {
    const { prefixes, stores } = this.#sources;
    const store = (each: string) => stores.read(this.#scanned.subject.prefix, each);
    const hits = search.secrets?.inLines(path, lines) ?? [];
    return whenThere(this.#ownFindings(hits), (own) =>
      whenThere(this.#scannerFindings(path, lines, whole, search), (inText) => {
        const found = own.length === 0 ? inText : [...withoutGeneral(inText, own), ...own];
        return withStoreFindings(found, path, lines, { prefixes, store });
      }),
    );
  }

  /**
   * The values of the store's own secrets. One that a parent commit has already is only a warning: anyone can seal a text
   * that many files have, and that must not stop every commit.
   */
  #ownFindings(hits: readonly OwnSecretHit[]): Eventual<readonly Finding[]> {
    return hits.length === 0 ? [] : this.#ownFindingsOf(hits);
  }

  async #ownFindingsOf(hits: readonly OwnSecretHit[]): Promise<readonly Finding[]> {
    const errors: Finding[] = [];
    for (const { finding, known, bytes, isAllowed } of hits) {
      if (isAllowed) this.#suppressed(finding);
      else if (await this.#before().have(bytes)) await this.#triage().warning(known);
      else errors.push(finding);
    }
    return errors;
  }

  /** What the scanner finds, in this thread or another one. */
  #scannerFindings(
    path: string,
    lines: TextLines,
    whole: FileChange | undefined,
    { team, scanText }: TextSearch,
  ): Eventual<readonly Finding[]> {
    // Another thread does not have the rules of the team.
    const elsewhere = whole && !team ? this.#scanned.diff.ahead?.scanOf(whole) : undefined;
    return whenThere(elsewhere, (known) => {
      for (const finding of known?.suppressed ?? []) this.#suppressed(finding);
      return known
        ? known.findings
        : scanText(path, lines, { team, onSuppressed: (finding) => this.#suppressed(finding) });
    });
  }

  #suppressed(finding: Finding): void {
    this.#found.suppressed.push({ ...finding, suppressedBy: "marker" });
  }

  /** @param lines of text that they are in */
  async #report(path: string, findings: readonly Finding[], lines?: TextLines): Promise<void> {
    const oldPath = this.#scanned.files.get(path)?.oldPath ?? path;
    await this.#triage().file({ findings, oldPath, lines });
  }

  async #notScanned(path: string, line: number, message: string): Promise<void> {
    if (await this.#triage().warning({ path, line, rule: NOT_SCANNED, message }))
      this.#scanned.subject.tally.skip();
  }
}

// Loaded when it is needed: most commits add only text.
const bytesScanner = lazy(() => import("../../scan/scan-bytes.ts"));

const IS_BINARY = "the file is binary and was not scanned";
