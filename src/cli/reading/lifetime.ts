import { parseDuration } from "../../common/duration.ts";
import { longestTtl } from "../../lease/longest.ts";

/** How long a lease lasts, and a value that is handed out, where nothing else is said, in ms. */
const DEFAULT_TTL = 3_600_000;

/** The setting of git with a default for `--ttl`. */
const SETTING = "pprotect.ttl";

/**
 * How long something is to last, in ms: `--ttl`, else `git config pprotect.ttl`, else an hour or what `PPROTECT_MAX_TTL`
 * allows.
 * @throws PprotectError `usage` when one of them is not a length of time
 */
export async function chosenTtl(ttl: string | undefined): Promise<number> {
  if (ttl !== undefined) return parseDuration("--ttl", ttl);
  const { gitSetting } = await import("../../git/process/setting.ts");
  const setting = gitSetting(SETTING);
  return setting === undefined
    ? Math.min(DEFAULT_TTL, longestTtl(process.env))
    : parseDuration(`git config ${SETTING}`, setting);
}
