import { isRandom } from "../checks.ts";
import { isBase32AfterPrefix } from "../checksums.ts";
import { looksRandom } from "../entropy.ts";
import { LONG_WORD, type Rule, rulesOf, token } from "../rule.ts";

/** Clouds, hosting and infrastructure: tokens with a form of their own. */
export const cloudRules: readonly Rule[] = [
  token("aws-access-key", "an AWS access key", ["AKIA", "ASIA", "ABIA", "ACCA"], "[A-Z0-9]{16}", {
    checksum: isBase32AfterPrefix,
  }),
  token("aws-bedrock-key", "an Amazon Bedrock API key", "ABSK", "[A-Za-z0-9+/]{109,269}={0,2}", {
    minEntropy: 3,
  }),
  token("gcp-api-key", "a Google API key", "AIza", "[A-Za-z0-9_-]{35}", { minEntropy: 3 }),
  token("gcp-oauth-secret", "a Google OAuth client secret", "GOCSPX-", "[A-Za-z0-9_-]{28}"),
  token("gcp-oauth-token", "a Google OAuth token", ["ya29.", "1//0"], "[A-Za-z0-9_-]{30,1000}", {
    minEntropy: 3,
  }),
  token("gcp-hmac-key", "a Google Cloud Storage HMAC key", "GOOG1", "[A-Z0-9]{56}"),
  ...rulesOf("token", [
    {
      id: "azure-storage-key",
      what: "an Azure storage account or service bus key",
      keywords: ["accountkey=", "sharedaccesskey="],
      pattern: /(?:AccountKey=(?<secret>[A-Za-z0-9+/]{86}==)|SharedAccessKey=[A-Za-z0-9+/]{43}=)/gi,
    },
    {
      id: "azure-sas-token",
      what: "an Azure shared access signature",
      keywords: ["sig="],
      pattern: /[?&;]sig=(?<secret>[A-Za-z0-9%+/]{43,80}(?:%3D|=))/gi,
      line: /[?&;](?:sv|se|sr|st)=/i,
      minEntropy: 3,
    },
    {
      id: "azure-client-secret",
      what: "a Microsoft Entra ID client secret",
      keywords: ["0q~", "1q~", "2q~", "3q~", "4q~", "5q~", "6q~", "7q~", "8q~", "9q~"],
      pattern: /(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])/g,
      minEntropy: 3,
    },
    {
      // The signatures that Microsoft puts into its keys, at a fixed place before a checksum.
      id: "azure-key",
      what: "a key of an Azure service",
      keywords: ["jqqj99", "azfu", "+acr", "acdb", "+ast", "azse", "azca", "+asb", "+aeh", "+arm"],
      pattern:
        /(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{18,26}|[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{5}[AQgw]==|[A-Za-z0-9+/]{42}\+ACR[A-D][A-Za-z0-9]{5}|[A-Za-z0-9+/]{76}(?:ACDb|\+ASt)[A-Za-z0-9+/]{6}==|[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}|[A-Za-z0-9]{33}AzCa[A-P][A-Za-z0-9]{5}=|[A-Za-z0-9+/]{33}\+A(?:SB|EH|RM)[A-Za-z0-9]{7}=)/g,
      minEntropy: 3.5,
    },
    {
      id: "cloudflare-origin-ca-key",
      what: "a Cloudflare origin CA key",
      keywords: ["v1.0-"],
      pattern: /(?<![A-Za-z0-9])v1\.0-[a-f0-9]{24}-[a-f0-9]{146}(?![A-Za-z0-9])/g,
    },
    {
      id: "terraform-cloud-token",
      what: "a Terraform Cloud token",
      keywords: [".atlasv1."],
      pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}(?![A-Za-z0-9_-])/g,
    },
    {
      id: "vault-token",
      what: "a HashiCorp Vault token",
      keywords: ["hvs.", "hvb.", "hvr."],
      pattern: /(?<![A-Za-z0-9.])hv[sbr]\.[A-Za-z0-9_-]{24,300}(?![A-Za-z0-9_-])/g,
      minEntropy: 2,
    },
    {
      // Before Vault 1.10.
      id: "vault-token",
      what: "a HashiCorp Vault token",
      keywords: [LONG_WORD],
      has: ".",
      pattern:
        /(?<![A-Za-z0-9_.$-])(?:s\.[A-Za-z0-9]{24}|b\.AAAAAQ[A-Za-z0-9_-]{80,300})(?![A-Za-z0-9_.(-])/g,
      check: ({ secret }) => /[0-9]/.test(secret) && looksRandom(secret.slice(2)),
    },
  ]),
  token("alibaba-access-key", "an Alibaba Cloud access key", "LTAI", "[A-Za-z0-9]{17,20}", { minEntropy: 3 }),
  token("tencent-secret-id", "a Tencent Cloud access key", "AKID", "[A-Za-z0-9]{32}", { check: isRandom }),
  token("digitalocean-token", "a DigitalOcean token", ["dop_v1_", "doo_v1_", "dor_v1_"], "[a-f0-9]{64}"),
  token(
    "heroku-token",
    "a Heroku token",
    "HRKU-",
    "(?:AA[A-Za-z0-9_-]{58}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
  ),
  token("cloudflare-token", "a Cloudflare token", ["cfk_", "cfut_", "cfat_"], "[A-Za-z0-9]{40}[a-f0-9]{8}"),
  token(
    "flyio-token",
    "a Fly.io token",
    ["fo1_", "fm1a_", "fm1r_", "fm2_"],
    "[A-Za-z0-9+/_-]{43,3000}={0,3}",
    {
      minEntropy: 3,
    },
  ),
  token("netlify-token", "a Netlify token", ["nfp_", "nfo_", "nfc_", "nfu_"], "[A-Za-z0-9]{36,40}"),
  token("vercel-token", "a Vercel token", ["vcp_", "vci_", "vca_", "vcr_", "vck_"], "[A-Za-z0-9]{24,60}", {
    check: isRandom,
  }),
  token("vercel-blob-token", "a Vercel Blob token", "vercel_blob_rw_", "[A-Za-z0-9]{16}_[A-Za-z0-9]{30,40}"),
  token("render-key", "a Render API key", "rnd_", "[A-Za-z0-9]{28,36}"),
  token("scalingo-token", "a Scalingo token", "tk-us-", "[A-Za-z0-9_-]{48}"),
  token(
    "supabase-key",
    "a Supabase secret key",
    ["sbp_", "sb_secret_"],
    "(?:[a-f0-9]{40}|[A-Za-z0-9_-]{31})",
  ),
  token("neon-key", "a Neon API key", "napi_", "[a-z0-9]{60,70}"),
  token(
    "planetscale-token",
    "a PlanetScale credential",
    ["pscale_tkn_", "pscale_oauth_", "pscale_pw_"],
    "[\\w.=-]{32,64}",
    {
      minEntropy: 2,
    },
  ),
  token("aiven-password", "a password of an Aiven service", "AVNS_", "[A-Za-z0-9_-]{15,40}", {
    check: isRandom,
  }),
  token("mongodb-atlas-secret", "a MongoDB Atlas service account secret", "mdb_sa_sk_", "[A-Za-z0-9_-]{40}"),
  token("cockroachdb-key", "a CockroachDB Cloud key", "CCDB1_", "[A-Za-z0-9]{22}_[A-Za-z0-9]{40}"),
  token("pulumi-token", "a Pulumi token", "pul-", "[a-f0-9]{40}"),
  token("scaleway-access-key", "a Scaleway access key", "SCW", "[A-Z0-9]{17}", { minEntropy: 3 }),
  token("openshift-token", "an OpenShift token", "sha256~", "[A-Za-z0-9_-]{43}"),
  token(
    "doppler-token",
    "a Doppler token",
    ["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."],
    "(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40,44}",
  ),
  token("databricks-token", "a Databricks token", ["dapi", "dose", "dkea"], "[a-f0-9]{32}(?:-[0-9]{1,2})?"),
  token("dynatrace-token", "a Dynatrace token", ["dt0c01.", "dt0s01."], "[A-Z0-9]{24}\\.[A-Z0-9]{64}"),
  token(
    "tailscale-key",
    "a Tailscale key",
    "tskey-",
    "[a-z]{2,12}-[A-Za-z0-9]{8,20}(?:CNTRL)?-[A-Za-z0-9]{20,40}",
    {
      minEntropy: 3,
    },
  ),
  token("defined-networking-key", "a Defined Networking key", "dnkey-", "[A-Z0-9]{26}-[A-Z0-9]{52}"),
  token("yandex-cloud-key", "a Yandex Cloud key", ["AQVN", "YCAJ", "YCN"], "[A-Za-z0-9_-]{22,38}(?![+/=])", {
    check: isRandom,
    // Base64 has these letters too.
    line: /(?<![A-Za-z0-9+/_-])(?:AQVN|YCAJ|YCN)/,
  }),
  token("ngrok-key", "an ngrok API key", "ak_2", "[A-Za-z0-9]{26,27}", {
    keywords: [LONG_WORD],
    check: isRandom,
  }),
];
