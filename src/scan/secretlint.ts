import { type Hit, RANK } from "./finding.ts";
import { keywordFilter } from "./keyword-filter.ts";
import { isFakeToken } from "./placeholder.ts";
import { type LibraryRule, libraryRules } from "./rules/secretlint.ts";
import type { ScannedText } from "./scan-input.ts";

const keywords = keywordFilter(libraryRules.flatMap((rule) => rule.keywords));
const byLibraryId = new Map<string, LibraryRule>(libraryRules.map((rule) => [rule.rule, rule]));

/**
 * What secretlint's rules see in the added lines of a file. Only lines with a keyword of one of these rules
 * are handed over, and without any the library is not loaded: that costs ten milliseconds.
 */
export async function libraryHits(scanned: ScannedText): Promise<Hit[]> {
  const candidates = [...keywords.lines(scanned.lowered)];
  if (candidates.length === 0) return [];
  const texts = candidates.map((at) => scanned.lines[at]?.text ?? "");
  const content = texts.join("\n");
  const lint = await loadLibrary();
  const hits: Hit[] = [];
  for (const { ruleId, range } of await lint(scanned.path, content)) {
    const rule = byLibraryId.get(ruleId);
    if (!rule || range[1] - range[0] < (rule.minLength ?? 0)) continue;
    if (isFakeToken(content.slice(range[0], range[1]))) continue;
    const place = placeOf(range[0], texts);
    hits.push({
      at: candidates[place.index] ?? 0,
      start: place.column,
      end: place.column + range[1] - range[0],
      rule: rule.id,
      what: rule.what,
      rank: RANK.library,
    });
  }
  return hits;
}

interface LibraryMessage {
  readonly ruleId: string;
  readonly range: readonly [number, number];
}

type Lint = (path: string, content: string) => Promise<readonly LibraryMessage[]>;

let loaded: Promise<Lint> | undefined;

function loadLibrary(): Promise<Lint> {
  loaded ??= importLibrary();
  return loaded;
}

async function importLibrary(): Promise<Lint> {
  const [{ lintSource }, { rules }] = await Promise.all([
    import("@secretlint/core"),
    import("@secretlint/secretlint-rule-preset-recommend"),
  ]);
  const used = rules.flatMap((creator) => {
    const rule = byLibraryId.get(creator.meta.id);
    if (!rule) return [];
    const { options = {}, leaveOut = [] } = rule;
    return [{ id: rule.rule, rule: creator, options, allowMessageIds: [...leaveOut] }];
  });
  return async (path, content) => {
    const result = await lintSource({
      // Without any name it would not look at all.
      source: { filePath: path || "-", content, contentType: "text" },
      options: { config: { rules: used }, noPhysicFilePath: true },
    });
    return result.messages;
  };
}

function placeOf(offset: number, texts: readonly string[]): { index: number; column: number } {
  let index = 0;
  let column = offset;
  for (const text of texts) {
    if (column <= text.length) break;
    column -= text.length + 1;
    index++;
  }
  return { index, column };
}
