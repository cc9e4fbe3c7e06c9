import { lazy } from "../../../common/lazy.ts";
import type { Finding } from "../../../scan/finding.ts";
import type { TextLines } from "../../../scan/scan-text.ts";
import type { BlobReader } from "../../process/cat-file.ts";
import { type GuardOptions, searchOf } from "../guard.ts";
import { IgnoreFiles } from "../ignore-file.ts";
import { withoutGeneral } from "../own-credentials.ts";
import type { OwnSecrets } from "../own-secrets.ts";
import { withStoreFindings } from "../store-findings.ts";
import { StoresOfVersion } from "../stores-of-version.ts";
import { TeamRulesOfVersions } from "../team-rules.ts";
import type { CheckedVersions } from "../versions.ts";

/** Stands for the path in findings of a commit's or a tag's message; `.pprotectignore` may name it too. */
export const MESSAGE_PATH = "commit message";

/** The scanner treats a message like any other text file. */
const AS_FILE = "COMMIT_EDITMSG";

/** Scans messages of commits and tags. */
export class MessageScan {
  readonly #prefixes: readonly string[];
  readonly #ignoreFiles: IgnoreFiles;
  readonly #stores: StoresOfVersion;
  readonly #team: TeamRulesOfVersions;
  readonly #ownSecrets: () => Promise<OwnSecrets | undefined>;

  /** @param versions whose rules of the team count */
  constructor(blobs: BlobReader, versions: CheckedVersions, options: GuardOptions) {
    this.#prefixes = options.prefixes ?? [];
    this.#team = new TeamRulesOfVersions(blobs, versions);
    const teamIds = async () => (await this.#team.all())?.ids ?? new Set<string>();
    this.#ignoreFiles = new IgnoreFiles(blobs, teamIds, options.allowance?.ignore);
    this.#stores = new StoresOfVersion(blobs, options.maxStoreBytes);
    this.#ownSecrets = searchOf(options.ownSecrets);
  }

  /**
   * The secrets in a message, but for those that are ignored.
   * @param prefix what git puts before the path of a file of the version that the message is of: `:`, or `COMMIT:`
   */
  async findings(prefix: string, lines: TextLines): Promise<readonly Finding[]> {
    if (lines.bytes.length === 0) return [];
    const { scanText } = await scanner();
    const hits = (await this.#ownSecrets())?.inLines(AS_FILE, lines) ?? [];
    const own = hits.filter(({ isAllowed }) => !isAllowed).map(({ finding }) => finding);
    const found = [
      ...withoutGeneral(scanText(AS_FILE, lines, { team: await this.#team.all() }), own),
      ...own,
    ];
    const store = (path: string) => this.#stores.read(prefix, path);
    const all = await withStoreFindings(found, AS_FILE, lines, { prefixes: this.#prefixes, store });
    return this.stay(
      prefix,
      all.map((finding) => ({ ...finding, path: MESSAGE_PATH })),
    );
  }

  /** The findings that are not ignored. */
  async stay(prefix: string, findings: readonly Finding[]): Promise<readonly Finding[]> {
    if (findings.length === 0) return findings;
    const ignore = await this.#ignoreFiles.of(prefix);
    return findings.filter(({ path, rule }) => !ignore?.ignored(path, rule));
  }
}

/** The message of a commit or a tag: what follows the first empty line of the object. */
export function messageOf(object: Uint8Array): Uint8Array {
  const end = Buffer.from(object.buffer, object.byteOffset, object.length).indexOf("\n\n");
  return end === -1 ? new Uint8Array() : object.subarray(end + 2);
}

const scanner = lazy(() => import("../../../scan/scanner.ts"));
