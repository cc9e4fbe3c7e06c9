import { resolve } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { mergesAncestors } from "../../../git/merge/ancestor-merge.ts";
import { type DriverResult, runMergeDriver } from "../../../git/merge/merge-driver.ts";
import { custodiansOf } from "../../../git/merge/versions.ts";
import type { Creds } from "../../../store/credentials.ts";
import { optionalArgument, requiredArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { file, text } from "../../argv/value-type.ts";
import { MergingCommand } from "../../base/merging-command.ts";
import { mergeTrust } from "../../base/trust/merge-trust.ts";
import { conflictJson, newKeyJson } from "../../report/conflict-report.ts";
import type { Outcome } from "../../report/json-envelope.ts";

const DEFAULT_MARKER_SIZE = 7;
/** Longer markers are no use to anyone, and git may ask for two billion characters. */
const LONGEST_MARKER = 1000;

export default class GitMergeDriverCommand extends MergingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "git",
    summary: "merge a store by meaning; git runs it",
    details: "`pprotect git install` makes git run it, as `pprotect git merge-driver %O %A %B %L %P`.",
  };

  base = requiredArgument("base", file("BASE"), "the common ancestor's version (%O)");
  ours = requiredArgument("ours", file("OURS"), "our version, which the result replaces (%A)");
  theirs = requiredArgument("theirs", file("THEIRS"), "their version (%B)");
  markerSize = optionalArgument("marker size", text("SIZE"), "the length of conflict markers (%L)");
  storeName = optionalArgument("store", file("PATH"), "the store's path in the repository (%P)");

  async run(): Promise<Outcome> {
    const size = Number(this.markerSize ?? DEFAULT_MARKER_SIZE);
    if (!Number.isInteger(size) || size < 1) {
      throw new PprotectError("usage", "the marker size (%L) must be a number from 1");
    }
    const path = this.storeName ?? this.ours;
    const merge = await runMergeDriver({
      base: this.base,
      ours: this.ours,
      theirs: this.theirs,
      markerSize: Math.min(size, LONGEST_MARKER),
      path,
      isVirtualAncestor: await mergesAncestors(path, size),
      trust: (versions) => mergeTrust(resolve(path), versions, (message) => this.note(message)),
      givenCreds: (versions) => this.#givenCreds(custodiansOf(versions)),
      openValues: (wanted) => this.openValues(path, wanted),
      onOpen: (custodian, versions) => this.recordMerge(path, custodian, versions),
    });
    for (const line of merge.report) this.note(line);
    const { problems, grants } = merge;
    const conflicts = merge.conflicts.map(conflictJson);
    const newKeys = merge.newKeys.map(newKeyJson);
    return {
      result: { store: path, conflicts, problems, grants, new_keys: newKeys },
      refusal: unfinished(path, merge),
    };
  }

  /** Never prompts: git may be running without a user. */
  async #givenCreds(custodians: ReadonlyMap<string, string>): Promise<Creds | undefined> {
    if (!(await this.hasGivenCredentials(custodians))) return undefined;
    const sources = { ...this.givenCredentials, ...this.sourcesFor(custodians) };
    return this.credentials({ ...sources, prompter: () => undefined });
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
