import { PprotectError } from "../../common/errors.ts";
import { countNoun } from "../../common/text.ts";
import { configPath, readConfigFile } from "../../config/config.ts";
import type { StoreData } from "../../store/store-data.ts";
import { type ValueAges, valueAges } from "../reading/value-ages.ts";
import { type DueSecret, dueSecrets, unusedRules, withoutBeside } from "./due.ts";

/** Which values are looked at, and how old they may get where no rule says so. */
export interface DueChoice {
  readonly domain: string | undefined;
  readonly secret: string | undefined;
  /** ms. */
  readonly olderThan: number | undefined;
}

/** The values that are too old, as far as the history shows. */
export interface FoundDue extends Pick<ValueAges, "missing"> {
  readonly due: readonly DueSecret[];
}

/**
 * Finds the values that are too old by `.pprotect.yaml` and git's history.
 *
 * @param warn gets what limits the answer
 * @throws PprotectError `usage` where no age limit is set; `invalid_config`
 */
export async function findDue(
  storePath: string,
  store: StoreData,
  { domain, secret, olderThan }: DueChoice,
  warn: (message: string) => void,
): Promise<FoundDue> {
  const { rotation } = readConfigFile(configPath(storePath));
  if (rotation.size === 0 && olderThan === undefined) {
    throw new PprotectError(
      "usage",
      "no age limit is set",
      'give --older-than, or set "max_age" in the section "rotation" of .pprotect.yaml',
    );
  }
  const unused = unusedRules(rotation, store);
  if (unused !== undefined) warn(unused);
  const { secrets, missing } = await valueAges(storePath, store, warn);
  const chosen = withoutBeside(store, secrets).filter(
    (each) => (domain ?? each.domain) === each.domain && (secret ?? each.secret) === each.secret,
  );
  return { due: dueSecrets(chosen, rotation, Date.now(), olderThan), missing };
}

/** The failure of a check that found nothing because commits are missing: a clone may begin with today's commit. */
export function agesNotKnown(missing: "earlier-commits" | "repository"): PprotectError {
  if (missing === "repository") {
    return new PprotectError(
      "incomplete_history",
      "the store is not in a git repository: how old its values are is not known",
      "run it in a clone, with the whole history",
    );
  }
  return new PprotectError(
    "incomplete_history",
    "this is a shallow clone: how old its values are is not known",
    "`git fetch --unshallow` fetches the rest; in CI, check out the whole history (`fetch-depth: 0`)",
  );
}

/** The refusal where values are too old. */
export function rotationDue(count: number): PprotectError {
  return new PprotectError(
    "rotation_due",
    `${countNoun(count, "value")} older than allowed`,
    "`pprotect rotate DOMAIN/SECRET` changes one",
  );
}
