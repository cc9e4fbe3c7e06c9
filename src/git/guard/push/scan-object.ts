import type { Finding } from "../../../scan/finding.ts";
import { scanBytes } from "../../../scan/scan-bytes.ts";
import { wholeFile } from "../../../scan/scan-text.ts";
import { scanText } from "../../../scan/scanner.ts";
import type { Repository } from "../../process/repository.ts";
import { MAX_ADDED } from "../diff-parser.ts";
import { readTree, readTreeAsText } from "../diff-reader.ts";
import { Guard, type GuardOptions } from "../guard.ts";
import { NOT_SCANNED } from "../not-scanned.ts";
import { emptyTree } from "../staged-changes.ts";
import type { Subject, Verdict } from "../subject.ts";
import type { Tally } from "../tally.ts";
import type { CheckedVersions } from "../versions.ts";

/** Checks a tree that a ref names, as if a commit added all of its files. */
export async function checkTree(
  repository: Repository,
  tree: string,
  versions: CheckedVersions,
  options: GuardOptions,
  tally: Tally,
): Promise<Verdict> {
  const { root } = repository;
  const nothing = await emptyTree(repository);
  const guard = new Guard(repository, versions, options);
  const reader = readTree(root, tree, nothing);
  const subject: Subject = {
    prefix: `${tree}:`,
    diffs: 1,
    next: () => reader.next(),
    asText: (paths) => readTreeAsText(root, tree, nothing, paths),
    tree: async () => readTree(root, tree, nothing),
    tally,
    bases: async () => [],
    parents: [],
  };
  try {
    return await guard.check(subject);
  } finally {
    await Promise.all([guard.close(), reader.close()]);
  }
}

/** How many bytes git looks at to distinguish binary files from text. */
const BINARY_PROBE = 8000;

/**
 * Scans a file that a ref names by itself.
 * @param path stands for its name: it has none
 * @param bytes its first bytes, one more than are scanned if there are as many
 */
export function scanLoneFile(path: string, bytes: Uint8Array): Verdict {
  const start = bytes.subarray(0, MAX_ADDED);
  const { findings, skipped } = start.subarray(0, BINARY_PROBE).includes(0)
    ? scanBytes(path, start)
    : { findings: scanText(path, wholeFile(start)), skipped: false };
  const cut = bytes.length > MAX_ADDED;
  const warnings = skipped || cut ? [notScanned(path, skipped)] : [];
  return { errors: findings, warnings, suppressed: [] };
}

function notScanned(path: string, all: boolean): Finding {
  const message = all
    ? "the file is binary and was not scanned"
    : `only its first ${MAX_ADDED / 1024 / 1024} MiB were scanned`;
  return { path, line: 1, rule: NOT_SCANNED, message };
}
