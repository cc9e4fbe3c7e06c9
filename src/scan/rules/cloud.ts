import { rulesOf } from "../rule.ts";

/** Clouds, hosting and infrastructure: tokens with a form of their own. */
export const cloudRules = rulesOf("token", [
  {
    id: "aws-bedrock-key",
    what: "an Amazon Bedrock API key",
    keywords: ["absk"],
    pattern: /(?<![A-Za-z0-9+/])ABSK[A-Za-z0-9+/]{109,269}={0,2}/g,
    minEntropy: 3,
  },
  {
    id: "gcp-api-key",
    what: "a Google API key",
    keywords: ["aiza"],
    pattern: /(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g,
  },
  {
    id: "gcp-oauth-secret",
    what: "a Google OAuth client secret",
    keywords: ["gocspx-"],
    pattern: /(?<![A-Za-z0-9_-])GOCSPX-[A-Za-z0-9_-]{28}(?![A-Za-z0-9_-])/g,
  },
  {
    id: "gcp-oauth-token",
    what: "a Google OAuth token",
    keywords: ["ya29.", "1//0"],
    pattern: /(?<![A-Za-z0-9_-])(?:ya29\.[A-Za-z0-9_-]{30,1000}|1\/\/0[A-Za-z0-9_-]{40,200})/g,
    minEntropy: 3,
  },
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
    keywords: ["q~"],
    pattern: /(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])/g,
    minEntropy: 3,
  },
  {
    id: "alibaba-access-key",
    what: "an Alibaba Cloud access key",
    keywords: ["ltai"],
    pattern: /(?<![A-Za-z0-9])LTAI[A-Za-z0-9]{17,20}(?![A-Za-z0-9])/g,
    minEntropy: 3,
  },
  {
    id: "digitalocean-token",
    what: "a DigitalOcean token",
    keywords: ["dop_v1_", "doo_v1_", "dor_v1_"],
    pattern: /(?<![A-Za-z0-9])do[opr]_v1_[a-f0-9]{64}(?![A-Za-z0-9])/g,
  },
  {
    id: "heroku-token",
    what: "a Heroku token",
    keywords: ["hrku-aa"],
    pattern: /(?<![A-Za-z0-9])HRKU-AA[A-Za-z0-9_-]{58}(?![A-Za-z0-9_-])/g,
  },
  {
    id: "cloudflare-origin-ca-key",
    what: "a Cloudflare origin CA key",
    keywords: ["v1.0-"],
    pattern: /(?<![A-Za-z0-9])v1\.0-[a-f0-9]{24}-[a-f0-9]{146}(?![A-Za-z0-9])/g,
  },
  {
    id: "flyio-token",
    what: "a Fly.io token",
    keywords: ["fo1_", "fm1a_", "fm1r_", "fm2_"],
    pattern:
      /(?<![A-Za-z0-9])(?:fo1_[\w-]{43}|fm1[ar]_[A-Za-z0-9+/]{100,3000}={0,3}|fm2_[A-Za-z0-9+/]{100,3000}={0,3})/g,
    minEntropy: 3,
  },
  {
    id: "netlify-token",
    what: "a Netlify token",
    keywords: ["nfp_"],
    pattern: /(?<![A-Za-z0-9])nfp_[A-Za-z0-9]{36,40}(?![A-Za-z0-9])/g,
  },
  {
    id: "supabase-key",
    what: "a Supabase secret key",
    keywords: ["sbp_", "sb_secret_"],
    pattern: /(?<![A-Za-z0-9])(?:sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{31})(?![A-Za-z0-9_-])/g,
  },
  {
    id: "planetscale-token",
    what: "a PlanetScale credential",
    keywords: ["pscale_"],
    pattern: /(?<![A-Za-z0-9])pscale_(?:tkn|oauth|pw)_[\w.=-]{32,64}/g,
    minEntropy: 2,
  },
  {
    id: "pulumi-token",
    what: "a Pulumi token",
    keywords: ["pul-"],
    pattern: /(?<![A-Za-z0-9-])pul-[a-f0-9]{40}(?![A-Za-z0-9])/g,
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
    id: "doppler-token",
    what: "a Doppler token",
    keywords: ["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."],
    pattern:
      /(?<![A-Za-z0-9.])dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}(?![A-Za-z0-9])/g,
  },
  {
    id: "databricks-token",
    what: "a Databricks token",
    keywords: ["dapi", "dose"],
    pattern: /(?<![A-Za-z0-9])(?:dapi|dose)[a-f0-9]{32}(?:-[0-9]{1,2})?(?![A-Za-z0-9])/g,
  },
  {
    id: "dynatrace-token",
    what: "a Dynatrace token",
    keywords: ["dt0c01.", "dt0s01."],
    pattern: /(?<![A-Za-z0-9])dt0[cs]01\.[A-Z0-9]{24}\.[A-Z0-9]{64}(?![A-Za-z0-9])/g,
  },
]);
