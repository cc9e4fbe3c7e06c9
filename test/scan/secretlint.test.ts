import { describe, expect, test } from "bun:test";
import { secretlintRules } from "../../src/scan/rules/secretlint.ts";
import { scanInput } from "../../src/scan/scan-input.ts";
import { secretlintHits } from "../../src/scan/secretlint.ts";
import { samples } from "./samples/index.ts";
import { BASE64, DIGITS, HEX, LETTERS, random, UPPER, WORD } from "./samples/sample.ts";

/** Every form that the rule's documentation names, where the samples of its id do not have them. */
const forms: Readonly<Record<string, readonly string[]>> = {
  "aws-access-key": [
    ...["AKIA", "ASIA", "AGPA", "AIDA", "AROA", "AIPA", "ANPA", "ANVA", "A3T9"].map(
      (p) => p + random(UPPER, 16),
    ),
    `AWS_SECRET_ACCESS_KEY="${random(BASE64, 39)}a"`,
    `aws_secret_access_key=${random(BASE64, 39)}a`,
    `SecretAccessKey: '${random(BASE64, 39)}a'`,
  ],
  "github-token": [
    ...["ghp", "gho", "ghu", "ghs", "ghr"].map((p) => `${p}_${random(WORD, 36)}`),
    `github_pat_${random(WORD, 82)}`,
  ],
  "gitlab-token": [`glpat-${random(WORD, 20)}`, `glpat-${random(WORD, 27)}.01.${random(HEX, 9)}`],
  "slack-token": [
    ...["xoxb", "xoxp", "xoxa", "xoxr"].map((p) => `${p}-${random(DIGITS, 12)}-${random(WORD, 24)}`),
    `xapp-1-${random(UPPER, 11)}-${random(DIGITS, 13)}-${random(HEX, 64)}`,
    `https://hooks.slack.com/services/T${random(UPPER, 8)}/B${random(UPPER, 8)}/${random(WORD, 24)}`,
  ],
  "stripe-key": ["sk_live", "sk_test", "rk_live", "rk_test"].map((p) => `${p}_${random(WORD, 24)}`),
  "shopify-token": ["shppa", "shpca", "shpat", "shpss"].map((p) => `${p}_${random(HEX, 32)}`),
  "openai-key": [
    `sk-${random(WORD, 20)}T3BlbkFJ${random(WORD, 20, 2)}`,
    ...["proj", "svcacct", "admin"].map((p) => `sk-${p}-${random(WORD, 74)}T3BlbkFJ${random(WORD, 74, 2)}`),
  ],
  "anthropic-key": [`sk-ant-api03-${random(WORD, 93)}AA`],
  "linear-token": [`lin_api_${random(WORD, 40)}`],
  "grafana-token": [`glc_${random(BASE64, 80)}=`, `glsa_${random(WORD, 32)}_${random(HEX, 8)}`],
  "vault-token": [`hvs.${random(WORD, 95)}`, `hvb.${random(WORD, 150)}`, `hvr.${random(WORD, 95)}`],
  "vercel-token": ["vcp", "vci", "vca", "vcr", "vck"].map((p) => `${p}_${random(WORD, 40)}`),
  "cloudflare-token": ["cfk", "cfut", "cfat"].map((p) => `${p}_${random(WORD, 40)}${random(HEX, 8)}`),
  "huggingface-token": [`hf_${random(LETTERS, 34)}`],
};

describe("secretlint's rules", () => {
  for (const { id, what } of secretlintRules) {
    test(`find ${what} behind the keywords of ${id}`, async () => {
      const texts = forms[id] ?? (samples[id]?.finds ?? []).flatMap(({ lines }) => lines);
      expect(texts.length).toBeGreaterThan(0);
      for (const text of texts) {
        const lines = ["", `x ${text} `, ""].map((line, index) => ({ number: index + 1, text: line }));
        const hits = await secretlintHits(scanInput("src/a.ts", lines));
        expect(hits.map(({ at, rule }) => [at, rule])).toContainEqual([1, id]);
      }
    });
  }

  test("skip lines without one of their keywords", async () => {
    const lines = [{ number: 1, text: 'const password = "none of theirs";' }];
    expect(await secretlintHits(scanInput("src/a.ts", lines))).toEqual([]);
  });

  test("cannot be switched off by secretlint's own comments", async () => {
    const lines = ["/* secretlint-disable */", `x = "ghp_${random(WORD, 36)}"; // secretlint-disable-line`];
    const numbered = lines.map((text, index) => ({ number: index + 1, text }));
    expect(await secretlintHits(scanInput("src/a.ts", numbered))).toHaveLength(1);
  });
});
