import { Command, Option } from "clipanion";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { hasGivenCredentials } from "../../../credentials/cascade.ts";
import { conflictLabel } from "../../../git/merge/conflict.ts";
import { type DriverResult, runMergeDriver } from "../../../git/merge/merge-driver.ts";
import type { Creds } from "../../../store/credentials.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

const DEFAULT_MARKER_SIZE = 7;

export class GitMergeDriverCommand extends BaseCommand {
  static override paths = [["git", "merge-driver"]];
  static override usage = Command.Usage({
    category: "Git",
    description: "merge a store by meaning; git calls it as %O %A %B %L %P",
  });

  base = Option.String({ name: "%O" });
  ours = Option.String({ name: "%A" });
  theirs = Option.String({ name: "%B" });
  markerSize = Option.String({ name: "%L", required: false });
  storeName = Option.String({ name: "%P", required: false });

  async run(): Promise<Outcome> {
    const size = Number(this.markerSize ?? DEFAULT_MARKER_SIZE);
    if (!Number.isInteger(size) || size < 1 || size > 1000) {
      throw new PprotectError("usage", "the marker size (%L) is a number from 1 to 1000");
    }
    const path = this.storeName ?? this.ours;
    const merge = await runMergeDriver({
      base: this.base,
      ours: this.ours,
      theirs: this.theirs,
      markerSize: size,
      path,
      creds: await this.#givenCreds(),
    });
    for (const line of merge.report) this.note(line);
    const conflicts = merge.conflicts.map(({ subject, reason }) => ({
      name: conflictLabel(subject),
      reason,
    }));
    const { problems, grants } = merge;
    return { result: { store: path, conflicts, problems, grants }, refusal: unfinished(path, merge) };
  }

  /** Never prompts: git may be running without a user. */
  async #givenCreds(): Promise<Creds | undefined> {
    if (!hasGivenCredentials(this.givenCredentials)) return undefined;
    return this.credentials({ ...this.givenCredentials, prompter: undefined });
  }
}

function unfinished(path: string, { clean, conflicts, fallback }: DriverResult): PprotectError | undefined {
  if (clean) return undefined;
  return fallback !== undefined
    ? new PprotectError("invalid_store", `${displayName(path)}: not merged by meaning: ${fallback}`)
    : new PprotectError(
        "unresolved_merge",
        `${displayName(path)}: ${countNoun(conflicts.length, "conflict")} left`,
        "finish with `pprotect git resolve`",
      );
}
