import { isNewIn } from "../../common/release.ts";
import type { Acceptance } from "../../scan/baseline.ts";
import { BASELINE_FILE } from "../../scan/baseline-file.ts";
import type { Finding } from "../../scan/finding.ts";
import type { Findings } from "./subject.ts";

/** How findings count. */
export interface Counting {
  /** By what the baseline accepts it. */
  readonly acceptance: Acceptance | undefined;
  /** Whether its line is newer than the entry: it is accepted all the same, but may have another secret. */
  readonly isChanged?: boolean | undefined;
  /** Whether it was there before this check, in a commit or a file: an upgrade must not make such a check fail. */
  readonly wasThere: boolean;
}

/**
 * Adds a finding to what it counts as. One that the baseline accepts is suppressed; if the change that is checked adds the entry,
 * or changes the line, it is a warning, so that nothing is accepted unseen. So is one that this release finds first, where it was
 * there before.
 *
 * @param release the version of this program
 */
export function addFinding(
  found: Findings,
  finding: Finding,
  { acceptance, isChanged = false, wasThere }: Counting,
  release?: string,
): void {
  const { since, message } = finding;
  const warn = (text: string) => found.warnings.push({ ...finding, message: text });
  if (acceptance?.isNew) warn(`accepted by a new entry of ${BASELINE_FILE}: ${message}`);
  else if (acceptance && isChanged)
    warn(
      `accepted by ${BASELINE_FILE}, but the line is new or has changed: if it has another secret, change that secret, which stays in the history: ${message}`,
    );
  else if (acceptance) found.suppressed.push({ ...finding, suppressedBy: "baseline" });
  else if (wasThere && since !== undefined && isNewIn(since, release))
    warn(`${message} (new in pprotect ${since}: from the next minor release on, this is an error)`);
  else found.errors.push(finding);
}
