import { type Hit, RANK } from "./finding.ts";
import { keywordFilter } from "./keyword-filter.ts";
import { isFakeToken } from "./placeholder.ts";
import { type SecretlintRule, secretlintRules } from "./rules/secretlint.ts";
import type { ScanInput } from "./scan-input.ts";

const keywords = keywordFilter(secretlintRules.flatMap((rule) => rule.keywords));
const ruleById = new Map<string, SecretlintRule>(secretlintRules.map((rule) => [rule.rule, rule]));

/**
 * The matches of secretlint's rules in the added lines of a file. Only lines with a keyword of one of the rules are passed
 * to it, and it is loaded only when there are any, because loading takes ten milliseconds.
 */
export async function secretlintHits(scanned: ScanInput): Promise<Hit[]> {
  const candidates = [...keywords.lines(scanned.lowered)];
  if (candidates.length === 0) return [];
  const texts = candidates.map((at) => scanned.lines[at]?.text ?? "");
  const content = texts.join("\n");
  const lint = await loadSecretlint();
  const hits: Hit[] = [];
  for (const { ruleId, range } of await lint(scanned.path, content)) {
    const rule = ruleById.get(ruleId);
    if (!rule || range[1] - range[0] < (rule.minLength ?? 0)) continue;
    if (isFakeToken(content.slice(range[0], range[1]))) continue;
    const place = placeOf(range[0], texts);
    hits.push({
      at: candidates[place.index] ?? 0,
      start: place.column,
      end: place.column + range[1] - range[0],
      rule: rule.id,
      what: rule.what,
      rank: RANK.secretlint,
    });
  }
  return hits;
}

interface SecretlintMessage {
  readonly ruleId: string;
  readonly range: readonly [number, number];
}

type Lint = (path: string, content: string) => Promise<readonly SecretlintMessage[]>;

let loaded: Promise<Lint> | undefined;

function loadSecretlint(): Promise<Lint> {
  loaded ??= importSecretlint();
  return loaded;
}

async function importSecretlint(): Promise<Lint> {
  const [{ lintSource }, { rules }] = await Promise.all([
    import("@secretlint/core"),
    import("@secretlint/secretlint-rule-preset-recommend"),
  ]);
  const used = rules.flatMap((creator) => {
    const rule = ruleById.get(creator.meta.id);
    if (!rule) return [];
    const { options = {}, leaveOut = [] } = rule;
    return [{ id: rule.rule, rule: creator, options, allowMessageIds: [...leaveOut] }];
  });
  return async (path, content) => {
    const result = await lintSource({
      // Without a name it would not scan at all.
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
