import { bufferOf } from "../../../common/buffer-of.ts";
import { type Eventual, whenThere } from "../../../common/eventual.ts";
import { type Finding, MESSAGE_PATH } from "../../../scan/finding.ts";
import { type TextLines, wholeFile } from "../../../scan/scan-text.ts";
import type { GitObject } from "../../process/cat-file.ts";
import { withoutMarkers } from "../allowance.ts";
import { MAX_ADDED } from "../diff-parser.ts";
import { NOT_SCANNED } from "../not-scanned.ts";
import { withoutGeneral } from "../own-credentials.ts";
import type { OwnSecrets } from "../own-secrets.ts";
import type { ScanSources } from "../scan-sources.ts";
import { withStoreFindings } from "../store-findings.ts";
import { type Findings, hasFindings, noFindings, type Subject, type Verdict } from "../subject.ts";
import { loadScanner, type TextSearch } from "../text-search.ts";
import { Triage } from "../triage.ts";

/** The scanner treats a message like any other text file. */
const AS_FILE = "COMMIT_EDITMSG";

/** The release that looks at messages of existing commits first: in it, what they have is a warning. */
const SINCE = "0.1.0";

/** As much of a commit or a tag is read, and a byte more if there is one. */
export const MAX_MESSAGE = MAX_ADDED + 1;

/** Which version a message is of; see {@link Subject}. */
export type MessageSubject = Pick<Subject, "prefix" | "parents">;

/** Scans messages of commits and tags. */
export class MessageScan {
  readonly #sources: ScanSources;

  constructor(sources: ScanSources) {
    this.#sources = sources;
    // Every message needs it: it is loaded while git reads the first one.
    void loadScanner();
  }

  /** @param object a commit or a tag, {@link MAX_MESSAGE} of it */
  object(subject: MessageSubject, { bytes }: GitObject): Eventual<Verdict> {
    const said = messageOf(bytes);
    const verdict = this.lines(subject, wholeFile(this.#sources.markers ? said : withoutMarkers(said)));
    return bytes.length < MAX_MESSAGE ? verdict : this.#cut(subject, verdict);
  }

  /** What is found in a message that is not read to its end. */
  async #cut(subject: MessageSubject, inStart: Eventual<Verdict>): Promise<Verdict> {
    const verdict = await inStart;
    const message = `longer than ${MAX_ADDED / 1024 / 1024} MiB; what is beyond was not scanned`;
    const cut = noFindings();
    await this.#triage(subject, cut).warning({ path: MESSAGE_PATH, line: 1, rule: NOT_SCANNED, message });
    return joined(verdict, cut);
  }

  /** @returns no promise where nothing has to be read */
  lines(subject: MessageSubject, lines: TextLines): Eventual<Verdict> {
    if (lines.bytes.length === 0) return noFindings();
    return whenThere(this.#sources.search(), (search) => this.#search(subject, lines, search));
  }

  #search(
    subject: MessageSubject,
    lines: TextLines,
    { secrets, team, scanText }: TextSearch,
  ): Eventual<Verdict> {
    const { prefixes, stores } = this.#sources;
    const allowed: Finding[] = [];
    const own = secrets ? ownIn(secrets, lines, allowed) : [];
    const inMessage = scanText(AS_FILE, lines, { team, onSuppressed: (finding) => allowed.push(finding) });
    const found = own.length === 0 ? inMessage : [...withoutGeneral(inMessage, own), ...own];
    const store = (path: string) => stores.read(subject.prefix, path);
    return whenThere(withStoreFindings(found, AS_FILE, lines, { prefixes, store }), (all) =>
      allowed.length + all.length === 0 ? noFindings() : this.#verdict(subject, all, allowed),
    );
  }

  async #verdict(
    subject: MessageSubject,
    findings: readonly Finding[],
    allowed: readonly Finding[],
  ): Promise<Verdict> {
    const found = noFindings();
    for (const finding of allowed)
      found.suppressed.push({ ...finding, path: MESSAGE_PATH, suppressedBy: "marker" });
    await this.#triage(subject, found).message(
      findings.map((finding) => ({ ...finding, path: MESSAGE_PATH })),
      SINCE,
    );
    return found;
  }

  #triage(subject: MessageSubject, found: Findings): Triage {
    return new Triage(this.#sources, subject, found);
  }
}

/** The store's own secrets in a message. @param allowed gets those that a marker allows */
function ownIn(secrets: OwnSecrets, lines: TextLines, allowed: Finding[]): readonly Finding[] {
  const hits = secrets.inLines(AS_FILE, lines);
  for (const { finding, isAllowed } of hits) if (isAllowed) allowed.push(finding);
  return hits.filter(({ isAllowed }) => !isAllowed).map(({ finding }) => finding);
}

/** What two checks of the same commit have found. */
export function joined(first: Verdict, second: Verdict): Verdict {
  if (!hasFindings(first)) return second;
  return {
    errors: [...first.errors, ...second.errors],
    warnings: [...first.warnings, ...second.warnings],
    suppressed: [...first.suppressed, ...second.suppressed],
  };
}

/** The message of a commit or a tag: what follows the first empty line of the object. */
function messageOf(object: Uint8Array): Uint8Array {
  const end = bufferOf(object).indexOf("\n\n");
  return end === -1 ? new Uint8Array() : object.subarray(end + 2);
}
