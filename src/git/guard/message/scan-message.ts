import { bufferOf } from "../../../common/buffer-of.ts";
import { lazy } from "../../../common/lazy.ts";
import { MESSAGE_PATH } from "../../../scan/finding.ts";
import { type TextLines, wholeFile } from "../../../scan/scan-text.ts";
import type { GitObject } from "../../process/cat-file.ts";
import { withoutMarkers } from "../allowance.ts";
import { MAX_ADDED } from "../diff-parser.ts";
import { NOT_SCANNED } from "../not-scanned.ts";
import { withoutGeneral } from "../own-credentials.ts";
import type { ScanSources } from "../scan-sources.ts";
import { withStoreFindings } from "../store-findings.ts";
import { type Findings, noFindings, type Subject, type Verdict } from "../subject.ts";
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
  }

  /** @param object a commit or a tag, {@link MAX_MESSAGE} of it */
  async object(subject: MessageSubject, { bytes }: GitObject): Promise<Verdict> {
    const said = messageOf(bytes);
    const verdict = await this.lines(subject, wholeFile(this.#sources.markers ? said : withoutMarkers(said)));
    if (bytes.length < MAX_MESSAGE) return verdict;
    const message = `longer than ${MAX_ADDED / 1024 / 1024} MiB; what is beyond was not scanned`;
    const cut = noFindings();
    await this.#triage(subject, cut).warning({ path: MESSAGE_PATH, line: 1, rule: NOT_SCANNED, message });
    return joined(verdict, cut);
  }

  async lines(subject: MessageSubject, lines: TextLines): Promise<Verdict> {
    const found = noFindings();
    if (lines.bytes.length === 0) return found;
    const { ownSecrets, prefixes, stores, team } = this.#sources;
    const { scanText } = await scanner();
    const hits = (await ownSecrets())?.inLines(AS_FILE, lines) ?? [];
    const own = hits.filter(({ isAllowed }) => !isAllowed).map(({ finding }) => finding);
    const allowed = hits.filter(({ isAllowed }) => isAllowed).map(({ finding }) => finding);
    const inMessage = scanText(AS_FILE, lines, {
      team: await team.all(),
      onSuppressed: (finding) => allowed.push(finding),
    });
    const store = (path: string) => stores.read(subject.prefix, path);
    const all = await withStoreFindings([...withoutGeneral(inMessage, own), ...own], AS_FILE, lines, {
      prefixes,
      store,
    });
    if (allowed.length + all.length === 0) return found;
    for (const finding of allowed)
      found.suppressed.push({ ...finding, path: MESSAGE_PATH, suppressedBy: "marker" });
    await this.#triage(subject, found).message(
      all.map((finding) => ({ ...finding, path: MESSAGE_PATH })),
      SINCE,
    );
    return found;
  }

  #triage(subject: MessageSubject, found: Findings): Triage {
    return new Triage(this.#sources, subject, found);
  }
}

/** What two checks of the same commit have found. */
export function joined(first: Verdict, second: Verdict): Verdict {
  if (first.errors.length + first.warnings.length + first.suppressed.length === 0) return second;
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

const scanner = lazy(() => import("../../../scan/scanner.ts"));
