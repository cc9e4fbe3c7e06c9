import { lstatSync } from "node:fs";
import { join, resolve } from "node:path";
import { withoutLineEnd } from "../../common/text.ts";
import { ifThere } from "../../system/if-there.ts";
import type { SearchedRepository } from "./repositories.ts";

/** An entry of `git ls-files --debug -z`: what the index knows of a file. */
const ENTRY =
  /([^\0]+)\0 {2}ctime: \d+:\d+\n {2}mtime: (\d+):(\d+)\n {2}dev: \d+\tino: \d+\n {2}uid: \d+\tgid: \d+\n {2}size: (\d+)\tflags: [0-9a-f]+\n/y;

/**
 * The tracked files of a work tree that may be another than the index has: by size and time, as git looks first. Git's own
 * `ls-files --modified` would look into those that were only touched, through a filter that the repository's configuration
 * names.
 *
 * @returns paths from the top; more than have changed where it is not known
 */
export async function changedFiles({ runIn }: SearchedRepository, root: string): Promise<readonly string[]> {
  const text = (await runIn(root, "ls-files", "-z", "--debug")) ?? "";
  const indexTime = await timeOfIndex(runIn, root);
  const changed = new Set<string>();
  ENTRY.lastIndex = 0;
  let end = 0;
  for (let found = ENTRY.exec(text); found; found = ENTRY.exec(text)) {
    const [, path = "", seconds = "0", nanoseconds = "0", size = "0"] = found;
    end = ENTRY.lastIndex;
    const time = BigInt(seconds) * SECOND + BigInt(nanoseconds);
    const status = ifThere(() => lstatSync(join(root, path), { bigint: true }));
    if (status === undefined) continue;
    // The index has no more than 32 bits of each; a file that is as new as the index may have changed since.
    const isSame =
      time === time32(status.mtimeNs) &&
      BigInt(size) === BigInt.asUintN(32, status.size) &&
      (indexTime === undefined || status.mtimeNs < indexTime);
    if (!isSame) changed.add(path);
  }
  if (end === text.length) return [...changed];
  // Another git may write this otherwise: all files are searched.
  return ((await runIn(root, "ls-files", "-z")) ?? "").split("\0").filter((path) => path !== "");
}

const SECOND = 1_000_000_000n;

function time32(nanoseconds: bigint): bigint {
  return BigInt.asUintN(32, nanoseconds / SECOND) * SECOND + (nanoseconds % SECOND);
}

async function timeOfIndex(runIn: SearchedRepository["runIn"], root: string): Promise<bigint | undefined> {
  const path = await runIn(root, "rev-parse", "--git-path", "index");
  if (path === undefined) return undefined;
  return ifThere(() => lstatSync(resolve(root, withoutLineEnd(path)), { bigint: true }))?.mtimeNs;
}
