/** A rule of secretlint that is used, and its name here. */
export interface SecretlintRule {
  /** Our id, for `pprotect:allow` and `.pprotectignore`; shared with our own rule for the same kind of secret. */
  readonly id: string;
  /** What it finds, with its article: "a GitLab token". */
  readonly what: string;
  /** secretlint's id. */
  readonly rule: `@secretlint/secretlint-rule-${string}`;
  /** Lower case. secretlint is loaded only when a line contains one of them, in any case. */
  readonly keywords: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  /** Shorter matches are not reported: secretlint accepts some that are shorter than any real token. */
  readonly minLength?: number;
  /** secretlint's ids of messages that are not about a secret. */
  readonly leaveOut?: readonly string[];
}

/**
 * The rules of secretlint's recommended preset that are used. Not used are: `privatekey` (needs the END line, which a diff
 * may not have), `basicauth` and `database-connection-string` (fewer schemes and more false positives than
 * `url-password`), `sendgrid` (takes `SG.a.b` for a token), `gcp` (reads files), and `filter-comments`
 * (`secretlint-disable` would switch the guard off).
 */
export const secretlintRules: readonly SecretlintRule[] = [
  {
    id: "aws-access-key",
    what: "an AWS access key",
    rule: "@secretlint/secretlint-rule-aws",
    keywords: [
      "a3t",
      "akia",
      "agpa",
      "aida",
      "aroa",
      "aipa",
      "anpa",
      "anva",
      "asia",
      "access_key",
      "accesskey",
    ],
    options: { enableIDScanRule: true },
    leaveOut: ["AWSAccountID"],
  },
  {
    id: "github-token",
    what: "a GitHub token",
    rule: "@secretlint/secretlint-rule-github",
    keywords: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
  },
  {
    id: "gitlab-token",
    what: "a GitLab token",
    rule: "@secretlint/secretlint-rule-gitlab",
    keywords: ["glpat-"],
  },
  {
    id: "npm-token",
    what: "an npm token",
    rule: "@secretlint/secretlint-rule-npm",
    keywords: ["npm_"],
  },
  {
    id: "slack-token",
    what: "a Slack token or webhook",
    rule: "@secretlint/secretlint-rule-slack",
    minLength: 30,
    keywords: ["xoxb-", "xoxp-", "xapp-", "xoxa-", "xoxo-", "xoxr-", "hooks.slack.com/services/"],
  },
  {
    id: "stripe-key",
    what: "a Stripe key",
    rule: "@secretlint/secretlint-rule-stripe",
    keywords: ["sk_live_", "sk_test_", "rk_live_", "rk_test_"],
  },
  {
    id: "shopify-token",
    what: "a Shopify token",
    rule: "@secretlint/secretlint-rule-shopify",
    keywords: ["shppa_", "shpca_", "shpat_", "shpss_"],
  },
  {
    id: "openai-key",
    what: "an OpenAI API key",
    rule: "@secretlint/secretlint-rule-openai",
    keywords: ["t3blbkfj"],
  },
  {
    id: "anthropic-key",
    what: "an Anthropic API key",
    rule: "@secretlint/secretlint-rule-anthropic",
    keywords: ["sk-ant-api"],
  },
  {
    id: "groq-key",
    what: "a Groq API key",
    rule: "@secretlint/secretlint-rule-groq",
    keywords: ["gsk_"],
  },
  {
    id: "huggingface-token",
    what: "a Hugging Face token",
    rule: "@secretlint/secretlint-rule-huggingface",
    keywords: ["hf_"],
  },
  {
    id: "linear-token",
    what: "a Linear API key",
    rule: "@secretlint/secretlint-rule-linear",
    keywords: ["lin_api_"],
  },
  {
    id: "notion-token",
    what: "a Notion token",
    rule: "@secretlint/secretlint-rule-notion",
    keywords: ["ntn_"],
  },
  {
    id: "grafana-token",
    what: "a Grafana token",
    rule: "@secretlint/secretlint-rule-grafana",
    keywords: ["glc_", "glsa_"],
  },
  {
    id: "onepassword-service-account",
    what: "a 1Password service account token",
    rule: "@secretlint/secretlint-rule-1password",
    keywords: ["ops_ey"],
  },
  {
    id: "vault-token",
    what: "a HashiCorp Vault token",
    rule: "@secretlint/secretlint-rule-hashicorp-vault",
    keywords: ["hvs.", "hvb.", "hvr."],
  },
  {
    id: "vercel-token",
    what: "a Vercel token",
    rule: "@secretlint/secretlint-rule-vercel",
    keywords: ["vcp_", "vci_", "vca_", "vcr_", "vck_"],
  },
  {
    id: "databricks-token",
    what: "a Databricks token",
    rule: "@secretlint/secretlint-rule-databricks",
    keywords: ["dapi"],
  },
  {
    id: "docker-token",
    what: "a Docker Hub token",
    rule: "@secretlint/secretlint-rule-docker",
    keywords: ["dckr_pat_"],
  },
  {
    id: "figma-token",
    what: "a Figma token",
    rule: "@secretlint/secretlint-rule-figma",
    keywords: ["figd_"],
  },
  {
    id: "cloudflare-token",
    what: "a Cloudflare token",
    rule: "@secretlint/secretlint-rule-cloudflare",
    keywords: ["cfk_", "cfut_", "cfat_"],
  },
  {
    id: "tailscale-key",
    what: "a Tailscale key",
    rule: "@secretlint/secretlint-rule-tailscale",
    keywords: ["tskey-"],
  },
];
