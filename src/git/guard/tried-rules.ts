import { countNoun } from "../../common/text.ts";
import { CONFIG_FILE } from "../../config/config-file.ts";
import type { Finding } from "../../scan/finding.ts";
import type { TeamRule } from "../../scan/team-rules.ts";
import type { StoreFiles } from "./store-files.ts";
import type { Subject } from "./subject.ts";
import { TEAM_RULE, type TeamRulesOfVersions } from "./team-rules.ts";

/** How many lines that are already there may match. */
const FEW = 10;

/** What is read of the existing files, over all trials of a run, and for how long. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_TIME = 10_000;

interface Count {
  lines: number;
  files: number;
}

/** Tries rules that a commit changes on all files of the commit, so that a pattern which is too broad is noticed early. */
export class RuleTrial {
  readonly #team: TeamRulesOfVersions;
  readonly #storeFiles: StoreFiles;
  #bytes = 0;
  #time = 0;

  constructor(team: TeamRulesOfVersions, storeFiles: StoreFiles) {
    this.#team = team;
    this.#storeFiles = storeFiles;
  }

  /** @returns a warning for each rule that is new or changed, and matches much */
  async run(subject: Subject): Promise<readonly Finding[]> {
    const [parent] = subject.parents;
    const before = parent === undefined ? [] : await this.#team.of(`${parent}:`);
    const known = new Set(before.map(({ source }) => source));
    const changed = (await this.#team.of(subject.prefix)).filter(({ source }) => !known.has(source));
    if (changed.length === 0) return [];
    const { ruleIds } = await import("../../scan/scanner.ts");
    const taken = changed.filter(({ id }) => ruleIds.has(id)).map(takenId);
    const counts = new Map(changed.map((rule): [TeamRule, Count] => [rule, { lines: 0, files: 0 }]));
    const whole = await this.#count(subject, counts);
    const broad = [...counts].flatMap(([rule, { lines, files }]) => {
      if (lines <= FEW) return [];
      const message =
        `"${rule.id}" matches ${whole ? "" : "at least "}${countNoun(lines, "line")} of ${countNoun(files, "file")} that are ` +
        "already there: if that is not meant, make its pattern or its path narrower";
      return [{ path: CONFIG_FILE, line: rule.line, rule: TEAM_RULE, message }];
    });
    return [...taken, ...broad];
  }

  /** @returns whether all files were read */
  async #count(subject: Subject, counts: ReadonlyMap<TeamRule, Count>): Promise<boolean> {
    const [{ TeamRules }, { ScanText }, { scanInput }] = await Promise.all([
      import("../../scan/team-rules.ts"),
      import("../../scan/scan-text.ts"),
      import("../../scan/scan-input.ts"),
    ]);
    const reader = await subject.tree();
    try {
      const tree = await reader.next();
      const { stores } = await this.#storeFiles.classify(tree?.files ?? []);
      const next = tree?.patches();
      for (let event = await next?.(); event; event = await next?.()) {
        if (event.kind !== "patch" || stores.has(event.patch.path)) continue;
        if (this.#bytes > MAX_BYTES || this.#time > MAX_TIME) return false;
        const input = scanInput(event.patch.path, new ScanText(event.patch.added));
        this.#bytes += event.patch.added.bytes.length;
        const started = performance.now();
        for (const [rule, count] of counts) {
          const lines = new Set(new TeamRules([rule]).hits(input).map(({ at }) => input.text.numberOf(at)));
          count.lines += lines.size;
          count.files += Math.min(1, lines.size);
        }
        this.#time += performance.now() - started;
      }
      return true;
    } finally {
      await reader.close();
    }
  }
}

function takenId({ id, line }: TeamRule): Finding {
  const message = `"${id}" is also the name of a rule of pprotect: \`pprotect:allow ${id}\` allows both; choose another id`;
  return { path: CONFIG_FILE, line, rule: TEAM_RULE, message };
}
