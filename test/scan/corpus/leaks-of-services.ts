import { type CorpusKind, crcSuffix, type Draw, lines } from "./draw.ts";

/** A token in a place where one is found; no name around it says what it is. */
function inPlace(kind: string, token: (draw: Draw) => string): CorpusKind {
  return {
    kind,
    make: (draw) => {
      const value = token(draw);
      const [path, line] = draw.pick([
        ["src/client.ts", `const client = connect("${value}");`],
        ["notes/setup.txt", `use ${value} for now`],
        ["deploy/run.sh", `./run --with ${value}`],
        ["config/app.yaml", `value: ${value}`],
        [".env", `X=${value}`],
        ["lib/call.py", `    client(r'${value}')`],
      ] as const);
      return { path, content: lines(line) };
    },
  };
}

const checksummed = (draw: Draw, prefix: string) => {
  const body = draw.mixed(30);
  return prefix + body + crcSuffix(body);
};

/** Tokens of services, of the kinds that the rules were written with. */
export const leaksOfServices: readonly CorpusKind[] = [
  inPlace("GitHub token", (draw) => checksummed(draw, draw.pick(["ghp_", "gho_", "ghu_", "ghs_", "ghr_"]))),
  inPlace("GitHub fine-grained token", (draw) => `github_pat_11${draw.upper(20)}_${draw.mixed(59)}`),
  inPlace("npm token", (draw) => checksummed(draw, "npm_")),
  inPlace("AWS access key", (draw) => `AKIA${draw.chars("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)}`),
  inPlace("Sourcegraph token", (draw) =>
    draw.pick([`sgp_${draw.hex(40)}`, `sgp_${draw.hex(16)}_${draw.hex(40)}`]),
  ),
  inPlace("Facebook token", (draw) => `EAA${draw.mixed(draw.between(110, 180))}`),
  inPlace(
    "Slack webhook",
    (draw) =>
      `${draw.pick(["https", "http"])}://hooks.slack.com/services/T${draw.upper(10)}/B${draw.upper(10)}/${draw.mixed(24)}`,
  ),
  inPlace("Slack token", (draw) => `xoxb-${draw.digits(12)}-${draw.digits(13)}-${draw.mixed(24)}`),
  inPlace("Stripe key", (draw) => `${draw.pick(["sk", "rk"])}_live_${draw.mixed(draw.pick([24, 99]))}`),
  inPlace("OpenAI key", (draw) => `sk-proj-${draw.urlSafe(74)}T3BlbkFJ${draw.urlSafe(74)}`),
  inPlace("Anthropic key", (draw) => `sk-ant-api03-${draw.urlSafe(93)}AA`),
  inPlace("Google API key", (draw) => `AIzaSy${draw.urlSafe(33)}`),
  inPlace("GitLab token", (draw) => `glpat-${draw.urlSafe(20)}`),
  inPlace("SendGrid key", (draw) => `SG.${draw.urlSafe(22)}.${draw.urlSafe(43)}`),
  inPlace("Telegram token", (draw) => `${draw.digits(10)}:AA${draw.urlSafe(33)}`),
  inPlace("JSON Web Token", (draw) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = { sub: draw.hex(24), iat: 1_700_000_000 + draw.int(99_999_999), role: "admin" };
    return `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}.${draw.urlSafe(43)}`;
  }),
  inPlace("DigitalOcean token", (draw) => `dop_v1_${draw.hex(64)}`),
  inPlace("Hugging Face token", (draw) => `hf_${draw.letters(34)}`),
  inPlace("Azure storage key", (draw) => `AccountName=x;AccountKey=${draw.base64(64)};EndpointSuffix=core`),
  inPlace(
    "Discord webhook",
    (draw) => `https://discord.com/api/webhooks/${draw.digits(18)}/${draw.urlSafe(68)}`,
  ),
];
