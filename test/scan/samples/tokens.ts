import { createHash } from "node:crypto";
import {
  BASE64,
  DIGITS,
  HEX,
  LETTERS,
  LOWER,
  random,
  type Samples,
  token,
  UPPER,
  uuid,
  WORD,
} from "./sample.ts";

/** 32 bytes of a key in the form in which wallets of Bitcoin import it, with the checksum. */
function walletKey(seed: number): string {
  const body = Buffer.from(`80${random(HEX, 64, seed)}01`, "hex");
  const digest = createHash("sha256").update(createHash("sha256").update(body).digest()).digest("hex");
  let number = BigInt(`0x${body.toString("hex")}${digest.slice(0, 8)}`);
  let text = "";
  for (; number > 0n; number /= 58n) text = BASE58.charAt(Number(number % 58n)) + text;
  return text;
}

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Samples for rules that know a token by its own form. */
export const tokenSamples: Readonly<Record<string, Samples>> = {
  "aws-access-key": token((body) => `AKIA${body(UPPER, 16)}`),
  "aws-bedrock-key": token((body) => `ABSK${body(BASE64, 120)}`),
  "gcp-api-key": token((body) => `AIza${body(WORD, 35)}`),
  "gcp-oauth-secret": token((body) => `GOCSPX-${body(WORD, 28)}`),
  "gcp-oauth-token": token((body) => `ya29.${body(WORD, 80)}`),
  "azure-storage-key": token(
    (body) => `AccountName=data;AccountKey=${body(BASE64, 86)}==;EndpointSuffix=core`,
  ),
  "azure-sas-token": token((body) => `https://a.blob.test/c?sv=2024-01-01&sig=${body(WORD, 44)}%3D`),
  "azure-client-secret": token((body) => `${body(WORD, 3)}8Q~${body(WORD, 34)}`),
  "alibaba-access-key": token((body) => `LTAI${body(WORD, 20)}`),
  "digitalocean-token": token((body) => `dop_v1_${body(HEX, 64)}`),
  "heroku-token": token((body) => `HRKU-AA${body(WORD, 58)}`),
  "cloudflare-origin-ca-key": token((body) => `v1.0-${body(HEX, 24)}-${body(HEX, 146)}`),
  "cloudflare-token": token((body) => `cfut_${body(WORD, 40)}${body(HEX, 8)}`),
  "flyio-token": token((body) => `fm2_${body(BASE64, 120)}`),
  "netlify-token": token((body) => `nfp_${body(WORD, 36)}`),
  "supabase-key": token((body) => `sbp_${body(HEX, 40)}`),
  "planetscale-token": token((body) => `pscale_tkn_${body(WORD, 43)}`),
  "pulumi-token": token((body) => `pul-${body(HEX, 40)}`),
  "terraform-cloud-token": token((body) => `${body(WORD, 14)}.atlasv1.${body(WORD, 67)}`),
  "vault-token": token((body) => `hvs.${body(WORD, 92)}`),
  "doppler-token": token((body) => `dp.pt.${body(WORD, 43)}`),
  "databricks-token": token((body) => `dapi${body(HEX, 32)}`),
  "dynatrace-token": token((body) => `dt0c01.${body(UPPER, 24)}.${body(UPPER, 64)}`),
  "github-token": token((body) => `ghp_${body(WORD, 36)}`),
  "gitlab-token": token((body) => `glptt-${body(WORD, 40)}`),
  "atlassian-token": token((body) => `ATATT3${body(WORD, 180)}`),
  "npm-token": token((body) => `npm_${body(WORD, 36)}`),
  "pypi-token": token((body) => `pypi-AgEIcHlwaS5vcmc${body(WORD, 120)}`),
  "rubygems-key": token((body) => `rubygems_${body(HEX, 48)}`),
  "crates-io-token": token((body) => `cio${body(WORD, 32)}`),
  "nuget-key": token((body) => `oy2${body(LOWER, 43)}`),
  "clojars-token": token((body) => `CLOJARS_${body(LOWER, 60)}`),
  "artifactory-key": token((body) => `AKCp${body(WORD, 69)}`),
  "docker-token": token((body) => `dckr_pat_${body(WORD, 27)}`),
  "buildkite-token": token((body) => `bkua_${body(HEX, 40)}`),
  "circleci-token": token((body) => `CCIPAT_${body(WORD, 22)}_${body(HEX, 40)}`),
  "dependency-track-key": token((body) => `odt_${body(WORD, 40)}`),
  "sonar-token": token((body) => `squ_${body(HEX, 40)}`),
  "github-clone-url": token((body) => `https://${body(HEX, 40)}:x-oauth-basic@github.test/a/b.git`),
  "openai-key": token((body) => `sk-proj-${body(WORD, 74)}`),
  "anthropic-key": token((body) => `sk-ant-oat01-${body(WORD, 95)}`),
  "openrouter-key": token((body) => `sk-or-v1-${body(HEX, 64)}`),
  "huggingface-token": token((body) => `hf_${body(LETTERS, 34)}`),
  "replicate-token": token((body) => `r8_${body(WORD, 37)}`),
  "perplexity-key": token((body) => `pplx-${body(WORD, 48)}`),
  "xai-key": token((body) => `xai-${body(WORD, 80)}`),
  "pinecone-key": token((body) => `pcsk_${body(WORD, 6)}_${body(WORD, 63)}`),
  "langsmith-key": token((body) => `lsv2_pt_${body(HEX, 32)}_${body(HEX, 10)}`),
  "honeycomb-key": token((body) => `hcaik_${body(LOWER, 58)}`),
  "adyen-key": token((body) => `AQE${body(BASE64, 100)}==-${body(BASE64, 43)}=-${body(WORD, 16)}`),
  "groq-key": token((body) => `gsk_${body(WORD, 52)}`),
  "slack-token": token((body) => `xoxb-${body(DIGITS, 12)}-${body(DIGITS, 12)}-${body(WORD, 24)}`),
  "stripe-key": token((body) => `sk_live_${body(WORD, 24)}`),
  "stripe-webhook-secret": token((body) => `whsec_${body(WORD, 32)}`),
  "twilio-key": token((body) => `SK${body(HEX, 32)}`),
  "sendgrid-key": token((body) => `SG.${body(WORD, 22)}.${body(WORD, 43)}`),
  "mailgun-key": token((body) => `key-${body(HEX, 32)}`),
  "mailchimp-key": token((body) => `${body(HEX, 32)}-us12`),
  "brevo-key": token((body) => `xkeysib-${body(HEX, 64)}-${body(WORD, 16)}`),
  "resend-key": token((body) => `re_${body(WORD, 8)}_${body(WORD, 24)}`),
  "shopify-token": token((body) => `shpat_${body(HEX, 32)}`),
  "square-token": token((body) => `sq0atp-${body(WORD, 22)}`),
  "paypal-braintree-token": token((body) => `access_token$production$${body(LOWER, 16)}$${body(HEX, 32)}`),
  "plaid-token": token((body) => {
    const drawn = body(HEX, 32);
    return `access-production-${drawn.length < 32 ? drawn : [8, 12, 16, 20].reduce(dashed, drawn)}`;
  }),
  "shippo-token": token((body) => `shippo_live_${body(HEX, 40)}`),
  "easypost-key": token((body) => `EZAK${body(WORD, 54)}`),
  "discord-token": token((body) => `MT${body(WORD, 24)}.${body(WORD, 6)}.${body(WORD, 38)}`),
  "chat-webhook": token((body) => `https://discord.com/api/webhooks/${body(DIGITS, 18)}/${body(WORD, 68)}`),
  "telegram-bot-token": token((body) => `${body(DIGITS, 10)}:AA${body(WORD, 33)}`),
  "new-relic-key": token((body) => `NRAK-${body(UPPER, 27)}`),
  "sentry-token": token((body) => `sntryu_${body(HEX, 64)}`),
  "grafana-key": token((body) => `eyJrIjoi${body(WORD, 80)}`),
  "grafana-token": token((body) => `glsa_${body(WORD, 32)}_${body(HEX, 8)}`),
  "linear-token": token((body) => `lin_oauth_${body(HEX, 64)}`),
  "notion-token": token((body) => `ntn_${body(DIGITS, 11)}${body(WORD, 35)}`),
  "postman-key": token((body) => `PMAK-${body(HEX, 24)}-${body(HEX, 34)}`),
  "airtable-token": token((body) => `pat${body(WORD, 14)}.${body(HEX, 64)}`),
  "asana-token": token((body) => `1/1${body(DIGITS, 15)}:${body(HEX, 32)}`),
  "hubspot-token": token((body) =>
    body(HEX, 4).startsWith("0000") ? "pat-na1-0" : `pat-na1-${uuidOf(body)}`,
  ),
  "dropbox-token": token((body) => `sl.${body(WORD, 135)}`),
  "facebook-token": token((body) => `EAAM${body(WORD, 150)}`),
  "twitter-bearer-token": token((body) => `${"A".repeat(22)}${body(WORD, 80)}`),
  "contentful-token": token((body) => `CFPAT-${body(WORD, 43)}`),
  "typeform-token": token((body) => `tfp_${body(WORD, 59)}`),
  "mapbox-secret-token": token((body) => `sk.eyJ1${body(WORD, 60)}.${body(WORD, 22)}`),
  "posthog-key": token((body) => `phx_${body(WORD, 43)}`),
  "flutterwave-key": token((body) => `FLWSECK-${body(HEX, 32)}-X`),
  "vercel-token": token((body) => `vcp_${body(WORD, 40)}`),
  "figma-token": token((body) => `figd_${body(WORD, 43)}`),
  "tailscale-key": token((body) => `tskey-auth-${body(WORD, 12)}-${body(WORD, 32)}`),
  "age-secret-key": token((body) => `AGE-SECRET-KEY-1${body("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)}`),
  "pprotect-raw-key": token((body) => `P${body(HEX, 64)}P`),
  "gcp-hmac-key": token((body) => `GOOG1${body(UPPER, 56)}`),
  "azure-key": token((body) => `${body(WORD, 52)}JQQJ99${body(WORD, 18)}AZDO${body(WORD, 4)}`),
  "tencent-secret-id": token((body) => `AKID${body(WORD, 32)}`),
  "vercel-blob-token": token((body) => `vercel_blob_rw_${body(WORD, 16)}_${body(WORD, 32)}`),
  "render-key": token((body) => `rnd_${body(WORD, 28)}`),
  "scalingo-token": token((body) => `tk-us-${body(WORD, 48)}`),
  "neon-key": token((body) => `napi_${body(LOWER, 64)}`),
  "aiven-password": token((body) => `AVNS_${body(WORD, 19)}`),
  "mongodb-atlas-secret": token((body) => `mdb_sa_sk_${body(WORD, 40)}`),
  "cockroachdb-key": token((body) => `CCDB1_${body(WORD, 22)}_${body(WORD, 40)}`),
  "scaleway-access-key": token((body) => `SCW${body(UPPER, 17)}`),
  "openshift-token": token((body) => `sha256~${body(WORD, 43)}`),
  "defined-networking-key": token((body) => `dnkey-${body(UPPER, 26)}-${body(UPPER, 52)}`),
  "yandex-cloud-key": token((body) => `AQVN${body(WORD, 36)}`),
  "ngrok-key": token((body) => `ak_2${body(WORD, 26)}`),
  "sourcegraph-token": token((body) => `sgp_${body(HEX, 40)}`),
  "azure-devops-token": token((body) => `dev.azure.com ${body("abcdefghijklmnopqrstuvwxyz234567", 52)}`),
  "harness-token": token((body) => `pat.${body(WORD, 22)}.${body(HEX, 24)}.${body(WORD, 20)}`),
  "octopus-key": token((body) => `API-${body(UPPER, 30)}`),
  "prefect-key": token((body) => `pnu_${body(WORD, 36)}`),
  "deno-token": token((body) => `ddp_${body(WORD, 36)}`),
  "weblate-token": token((body) => `wlu_${body(WORD, 36)}`),
  "infracost-key": token((body) => `ico-${body(WORD, 32)}`),
  "snyk-token": token((body) => `snyk_uat.${body(HEX, 8)}.${body(WORD, 80)}`),
  "gitbook-token": token((body) => `gb_api_${body(WORD, 40)}`),
  "readme-key": token((body) => `rdme_${body(LOWER, 70)}`),
  "cursor-key": token((body) => `key_${body(HEX, 64)}`),
  "deepseek-key": token((body) => `sk-${body(HEX, 32)}`),
  "elevenlabs-key": token((body) => `sk_${body(HEX, 48)}`),
  "cerebras-key": token((body) => `csk-${body(LOWER, 48)}`),
  "nvidia-key": token((body) => `nvapi-${body(WORD, 64)}`),
  "fireworks-key": token((body) => `fw_${body(WORD, 24)}`),
  "together-key": token((body) => `tgp_v1_${body(WORD, 43)}`),
  "voyage-key": token((body) => `pa-${body(WORD, 43)}`),
  "tavily-key": token((body) => `tvly-${body(WORD, 32)}`),
  "langfuse-key": token((body) => `sk-lf-${body(HEX, 4).startsWith("0000") ? "0" : uuidOf(body)}`),
  "logfire-token": token((body) => `pylf_v1_us_${body(WORD, 43)}`),
  "runpod-key": token((body) => `rpa_${body(UPPER, 42)}`),
  "modal-token": token((body) => `modal as-${body(WORD, 22)}`),
  "apify-token": token((body) => `apify_api_${body(WORD, 36)}`),
  "wandb-key": token((body) => `wandb_v1_${body(WORD, 77)}`),
  "mailersend-key": token((body) => `mlsn.${body(HEX, 64)}`),
  "facebook-app-token": token((body) => `${body(DIGITS, 15)}|${body(WORD, 27)}`),
  "rapidapi-key": token((body) => `${body(HEX, 10)}msh${body(HEX, 15)}p1${body(HEX, 5)}jsn${body(HEX, 12)}`),
  "salesforce-token": token((body) => `00D${body(WORD, 12)}!${body(WORD, 96)}`),
  "onepassword-secret-key": token(
    (body) =>
      `A3-${body(UPPER, 6)}-${body(UPPER, 6)}-${body(UPPER, 5)}-${body(UPPER, 5)}-${body(UPPER, 5)}-${body(UPPER, 5)}`,
  ),
  "duffel-token": token((body) => `duffel_live_${body(WORD, 43)}`),
  "midtrans-key": token((body) => `Mid-server-${body(WORD, 24)}`),
  "lob-key": token((body) => `live_${body(HEX, 35)}`),
  "mollie-key": token((body) => `live_${body(WORD, 30)}`),
  "gocardless-token": token((body) => `live_${body(WORD, 40)}`),
  "paddle-key": token((body) => `pdl_live_apikey_${body(LOWER, 26)}_${body(WORD, 22)}_${body(WORD, 3)}`),
  "polar-token": token((body) => `polar_oat_${body(WORD, 43)}`),
  "adafruit-key": token((body) => `aio_${body(WORD, 28)}`),
  "adobe-secret": token((body) => `p8e-${body(WORD, 32)}`),
  "ubidots-token": token((body) => `BBFF-${body(WORD, 30)}`),
  "clickup-token": token((body) => `pk_${body(DIGITS, 8)}_${body(UPPER, 32)}`),
  "intercom-token": token((body) => `dG9rO${body(WORD, 55)}=`),
  "launchdarkly-key": token((body) => `sdk-${body(HEX, 4).startsWith("0000") ? "0" : uuidOf(body)}`),
  "trello-token": token((body) => `ATTA${body(HEX, 72)}`),
  "frameio-token": token((body) => `fio-u-${body(WORD, 64)}`),
  "maxmind-key": token((body) => `${body(WORD, 6)}_${body(WORD, 29)}_mmk`),
  "samsara-token": token((body) => `samsara_api_${body(WORD, 30)}`),
  "uptimerobot-key": token((body) => `u${body(DIGITS, 7)}-${body(HEX, 24)}`),
  "wakatime-key": token((body) => `waka_${body(HEX, 4).startsWith("0000") ? "0" : uuidOf(body)}`),
  "zuplo-key": token((body) => `zpka_${body(LOWER, 32)}_${body(HEX, 8)}`),
  "rootly-key": token((body) => `rootly_${body(HEX, 64)}`),
  "nylas-key": token((body) => `nyk_v0_${body(WORD, 64)}`),
  "telnyx-key": token((body) => `KEY0${body(`${DIGITS}ABCDEF`, 31)}_${body(WORD, 22)}`),
  "trigger-key": token((body) => `tr_prod_${body(WORD, 24)}`),
  "nostr-secret-key": token((body) => `nsec1${body("qpzry9x8gf2tvdw0s3jn54khce6mua7l", 58)}`),
  "ghost-admin-key": token((body) => `ghost ${body(HEX, 24)}:${body(HEX, 64)}`),
  "nats-seed": token((body) => `SU${body("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 56)}`),
  "secret-url": token((body) => `https://api.netlify.com/build_hooks/${body(HEX, 24)}`),
  "stellar-secret-key": token((body) => `stellar SC${body("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 54)}`),
  "extended-private-key": token(
    (body) => `xprv9${body("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 106)}`,
  ),
  "wallet-import-key": {
    finds: [1, 2].map((seed) => ({
      path: "run.sh",
      lines: [`bitcoin-cli importprivkey ${walletKey(seed)}`],
    })),
    ignores: [
      { path: "run.sh", lines: [`bitcoin-cli importprivkey ${walletKey(3).replace(/..$/, "xy")}`] },
      { path: "run.sh", lines: [`wif=K${random(WORD.replace(/[0OIl]/g, ""), 51)}`] },
    ],
  },
  "onepassword-service-account": {
    finds: [1, 2].map((seed) => ({ path: "deploy/app.conf", lines: [`value: ops_${serviceAccount(seed)}`] })),
    ignores: [
      { path: "deploy/app.conf", lines: ["value: ops_eyJ"] },
      { path: "src/app.ts", lines: [`if (text.startsWith("ops_ey")) return "${random(HEX, 6)}";`] },
    ],
  },
};

function dashed(text: string, at: number, index: number): string {
  return `${text.slice(0, at + index)}-${text.slice(at + index)}`;
}

function uuidOf(body: (alphabet: string, length: number) => string): string {
  const drawn = body(HEX, 32);
  return drawn.length < 32 ? drawn : uuid(Number.parseInt(drawn.slice(0, 6), 16));
}

function serviceAccount(seed: number): string {
  const account = {
    signInAddress: "a.1password.test",
    email: "a@b.test",
    secretKey: random(WORD, 120, seed),
  };
  const json = JSON.stringify(account);
  // A token ends in the base64 of `}` on a boundary of three bytes.
  return Buffer.from(`${json.slice(0, -1)}${" ".repeat((4 - (json.length % 3)) % 3)}}`).toString("base64");
}
