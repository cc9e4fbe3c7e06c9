import { describe, expect, test } from "bun:test";
import { scanLines } from "../../src/scan/scanner.ts";
import { crcSuffix } from "./corpus/draw.ts";
import { BASE64, DIGITS, HEX, LETTERS, random, UPPER, WORD } from "./samples/sample.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const checksummed = (prefix: string, seed = 1) => {
  const body = random(WORD, 30, seed);
  return prefix + body + crcSuffix(body);
};

/** Every form that a service documents, where the samples of its rule do not have it. */
const forms: Readonly<Record<string, readonly string[]>> = {
  "aws-access-key": ["AKIA", "ASIA", "ABIA", "ACCA"].map((prefix) => prefix + random(BASE32, 16)),
  "aws-secret-access-key": [
    `AWS_SECRET_ACCESS_KEY="${random(BASE64, 39)}a"`,
    `aws_secret_access_key=${random(BASE64, 39)}a`,
    `SecretAccessKey: '${random(BASE64, 39)}a'`,
  ],
  "github-token": [
    ...["ghp", "gho", "ghu", "ghs", "ghr"].map((prefix) => checksummed(`${prefix}_`)),
    `github_pat_${random(WORD, 22)}_${random(WORD, 59)}`,
  ],
  "npm-token": [checksummed("npm_")],
  "gitlab-token": [`glpat-${random(WORD, 20)}`, `glpat-${random(WORD, 27)}.01.${random(HEX, 9)}`],
  "slack-token": [
    ...["xoxb", "xoxp", "xoxa", "xoxr"].map(
      (prefix) => `${prefix}-${random(DIGITS, 12)}-${random(WORD, 24)}`,
    ),
    `xapp-1-${random(UPPER, 11)}-${random(DIGITS, 13)}-${random(HEX, 64)}`,
    `xoxe.xoxp-1-${random(WORD, 146)}`,
    `xoxe-1-${random(WORD, 146)}`,
  ],
  "chat-webhook": [
    `https://hooks.slack.com/services/T${random(UPPER, 8)}/B${random(UPPER, 8)}/${random(WORD, 24)}`,
    `http:/${"/"}hooks.slack.com/services/T${random(UPPER, 10)}/B${random(UPPER, 10)}/${random(WORD, 24)}`,
    `https://hooks.zapier.com/hooks/catch/${random(DIGITS, 7)}/${random("abcdefghijk0123456789", 7)}`,
  ],
  "stripe-key": ["sk_live", "sk_test", "rk_live", "rk_test"].map((prefix) => `${prefix}_${random(WORD, 24)}`),
  "shopify-token": ["shppa", "shpca", "shpat", "shpss"].map((prefix) => `${prefix}_${random(HEX, 32)}`),
  "openai-key": [
    `sk-${random(WORD, 20)}T3BlbkFJ${random(WORD, 20, 2)}`,
    ...["proj", "svcacct", "admin"].map(
      (kind) => `sk-${kind}-${random(WORD, 74)}T3BlbkFJ${random(WORD, 74, 2)}`,
    ),
  ],
  "anthropic-key": [`sk-ant-api03-${random(WORD, 93)}AA`],
  "linear-token": [`lin_api_${random(WORD, 40)}`],
  "grafana-token": [`glc_${random(BASE64, 80)}=`, `glsa_${random(WORD, 32)}_${random(HEX, 8)}`],
  "vault-token": [
    ...["hvs", "hvb", "hvr"].map((prefix) => `${prefix}.${random(WORD, 95)}`),
    `s.${random(WORD, 24)}`,
  ],
  "sourcegraph-token": [`sgp_${random(HEX, 16)}_${random(HEX, 40)}`, `sgp_local_${random(HEX, 40)}`],
  "vercel-token": ["vcp", "vci", "vca", "vcr", "vck"].map((prefix) => `${prefix}_${random(WORD, 40)}`),
  "cloudflare-token": ["cfk", "cfut", "cfat"].map(
    (prefix) => `${prefix}_${random(WORD, 40)}${random(HEX, 8)}`,
  ),
  "huggingface-token": [`hf_${random(LETTERS, 34)}`],
  "facebook-token": [`EAA${random(WORD, 120)}`, `EAACEdEose0cBA${random(WORD, 110)}`],
};

describe("tokens", () => {
  for (const [id, texts] of Object.entries(forms)) {
    test(`of ${id} are found in every form`, () => {
      for (const text of texts) {
        const findings = scanLines("src/a.ts", [{ number: 1, text: `x ${text} ` }]);
        expect(findings.map(({ rule }) => rule)).toEqual([id]);
      }
    });
  }

  test("are found after an escaped line end and in an encoded URL", () => {
    for (const before of ["\\n", "%3D", '\\"']) {
      const text = `x = "a${before}${checksummed("ghp_")}"`;
      expect(scanLines("src/a.ts", [{ number: 1, text }]).map(({ rule }) => rule)).toEqual(["github-token"]);
    }
  });
});

describe("checksums in tokens", () => {
  const scan = (text: string, path = "src/a.ts") => scanLines(path, [{ number: 1, text: `x = "${text}"` }]);

  test("decide: with the right one, a token is found even if it looks made up, and in a manual", () => {
    const body = "a1B2".repeat(8).slice(0, 30);
    expect(scan(`ghp_${body}${crcSuffix(body)}`)).toHaveLength(1);
    expect(scan(checksummed("npm_"), "docs/publish.md")).toHaveLength(1);
  });

  test("that are wrong: the token counts outside tests and manuals, if it looks random", () => {
    const wrong = `ghp_${random(WORD, 36)}`;
    expect(scan(wrong)).toHaveLength(1);
    expect(scan(wrong, "docs/publish.md")).toEqual([]);
    expect(scan(`ghp_${"a1B2".repeat(9)}`)).toEqual([]);
  });

  test("are computed as GitHub does: CRC-32, in base 62", () => {
    // Printed in a public gist of an expired token: 30 characters and their checksum.
    expect(crcSuffix(["zQWBuTSOoRi4A9spHcVY5", "ncnsDkxkJ"].join(""))).toBe("0mLq17");
  });
});
