import { PprotectError } from "../../common/errors.ts";
import { type Eventual, eventually, whenThere } from "../../common/eventual.ts";
import { CONFIG_FILE } from "../../config/config-file.ts";
import { mentionsScanRules } from "../../config/scan/mentions.ts";
import type { Finding } from "../../scan/finding.ts";
import type { TeamRule, TeamRules } from "../../scan/team-rules.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { CheckedVersions } from "./versions.ts";

/** The guard's rule for what is wrong with a rule of the team: it matches too much, or takes too long. */
export const TEAM_RULE = "team-rule";

/** The rules of `.pprotect.yaml` in the root of the repository. */
export class TeamRulesOfVersions {
  readonly #blobs: BlobReader;
  readonly #versions: CheckedVersions;
  #reported = false;

  constructor(blobs: BlobReader, versions: CheckedVersions) {
    this.#blobs = blobs;
    this.#versions = versions;
  }

  /** The rules that count; `undefined` when there are none. */
  readonly all = eventually(async (): Promise<TeamRules | undefined> => {
    const { of, tips, bases } = this.#versions;
    const [before, now] = await Promise.all([this.#ofAll(bases), this.#ofAll(tips)]);
    const staged = new Set(now.map(({ source }) => source));
    // A branch cannot take away the rules that stop it. The author of a commit may change them.
    const stay = of === "staged" ? before.filter(({ source }) => staged.has(source)) : before;
    if (stay.length + now.length === 0) return undefined;
    const { TeamRules } = await import("../../scan/team-rules.ts");
    return new TeamRules(now, stay);
  });

  /**
   * The rules of one version. Of a file that cannot be used there are none: what is wrong with it is reported elsewhere, and
   * stops a commit.
   */
  async of(prefix: string): Promise<readonly TeamRule[]> {
    const bytes = await this.#blobs.read(prefix + CONFIG_FILE, MAX_FILE_BYTES);
    return bytes && mentionsScanRules(bytes) ? rulesIn(bytes) : [];
  }

  /** Once, the rule that took so long that new rules were not applied to the rest. */
  slowRule(): Eventual<Finding | undefined> {
    return whenThere(this.all(), (rules) => rules && this.#slowRuleOf(rules));
  }

  #slowRuleOf({ slowest }: TeamRules): Finding | undefined {
    if (!slowest || this.#reported) return undefined;
    this.#reported = true;
    const message =
      "the rules that are new here take too long, and were not applied to all of the text; " +
      `"${slowest.id}" takes the most time: make its pattern simpler or its path narrower`;
    return { path: CONFIG_FILE, line: slowest.line, rule: TEAM_RULE, message };
  }

  async #ofAll(prefixes: readonly string[]): Promise<readonly TeamRule[]> {
    return (await Promise.all(prefixes.map((prefix) => this.of(prefix)))).flat();
  }
}

async function rulesIn(bytes: Uint8Array): Promise<readonly TeamRule[]> {
  const { readConfig } = await import("../../config/config.ts");
  const { compileScanRules } = await import("../../config/scan/compile.ts");
  try {
    return await compileScanRules(readConfig(bytes, "").scan);
  } catch (error) {
    if (error instanceof PprotectError) return [];
    throw error;
  }
}
