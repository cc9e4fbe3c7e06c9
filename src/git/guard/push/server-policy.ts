import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { withoutLineEnd } from "../../../common/text.ts";
import type { Finding } from "../../../scan/finding.ts";
import { fileError } from "../../../system/file-error.ts";
import { readRegularText } from "../../../system/read-regular-file.ts";
import { openBlobReader } from "../../process/cat-file.ts";
import type { Repository } from "../../process/repository.ts";
import type { Allowance } from "../allowance.ts";
import { IGNORE_FILE, ignoreRulesOf } from "../ignore-file.ts";
import { TeamRulesOfVersions } from "../team-rules.ts";

/** What a server decides about the check of a push. Nothing of it comes from the commits that are pushed. */
export interface ServerPolicy {
  readonly allowance: Allowance;
  /** After which the push is refused; `undefined`: never. */
  readonly seconds: number | undefined;
  /** Lines of the server's own file that have no effect. */
  readonly warnings: readonly Finding[];
}

/** Beside git's own `info/exclude` and `info/attributes`. */
const SERVER_FILE = "info/pprotectignore";

/** Most pushes take less than a second; the first push of a large project takes minutes. */
const DEFAULT_SECONDS = 600;

/**
 * The `.pprotectignore` of the commit that HEAD names, which is that of the default branch as it was before the push, and
 * after it the server's `info/pprotectignore`; and the settings `pprotect.allowMarkers` and `pprotect.pushTimeout`.
 *
 * @throws PprotectError `file_error`, `git_failed`
 */
export async function readServerPolicy(repository: Repository): Promise<ServerPolicy> {
  const { tryRun } = repository;
  const accepted = await ofDefaultBranch(repository);
  const own = await ofServer(repository);
  const rules = await ignoreRulesOf(`${accepted.text}\n${own}`, accepted.teamIds);
  const { problems } = own === "" ? { problems: [] } : await ignoreRulesOf(own, accepted.teamIds);
  const markers =
    (await tryRun("config", "--type=bool", "--get", "pprotect.allowMarkers"))?.trim() !== "false";
  const timeout = await tryRun("config", "--type=int", "--get", "pprotect.pushTimeout");
  const seconds = timeout === undefined ? DEFAULT_SECONDS : Number(timeout);
  return {
    allowance: { ignore: rules, markers },
    seconds: seconds > 0 ? seconds : undefined,
    warnings: problems.map(({ line, problem }) => ({
      path: SERVER_FILE,
      line,
      rule: "ignore-file",
      message: `${problem}; the line has no effect: fix or remove it`,
    })),
  };
}

async function ofDefaultBranch({
  root,
}: Repository): Promise<{ readonly text: string; readonly teamIds: ReadonlySet<string> }> {
  const blobs = openBlobReader(root);
  try {
    const text = Buffer.from((await blobs.read(`HEAD:${IGNORE_FILE}`)) ?? []).toString("utf8");
    const team = await new TeamRulesOfVersions(blobs, { of: "all", tips: ["HEAD:"], bases: [] }).all();
    return { text, teamIds: team?.ids ?? new Set() };
  } finally {
    await blobs.close();
  }
}

async function ofServer({ directory, run }: Repository): Promise<string> {
  const path = resolve(directory, withoutLineEnd(await run("rev-parse", "--git-path", SERVER_FILE)));
  if (!existsSync(path)) return "";
  try {
    return readRegularText(path);
  } catch (error) {
    throw fileError("read", path, error);
  }
}
