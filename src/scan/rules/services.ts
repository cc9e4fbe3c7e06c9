import { isRandom } from "../checks.ts";
import { shannonEntropy } from "../entropy.ts";
import { LONG_WORD, type Rule, rulesOf, token } from "../rule.ts";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/** Other services: tokens with a form of their own. */
export const serviceRules: readonly Rule[] = [
  token(
    "slack-token",
    "a Slack token",
    ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxc-"],
    "(?:[0-9]{1,3}-)?[0-9]{8,}(?:-[0-9]{5,20}){0,3}-[A-Za-z0-9]{10,64}",
    {
      minEntropy: 2.4,
      check: hasDigit,
    },
  ),
  token("slack-token", "a Slack token", "xoxd-", "[A-Za-z0-9%+/=-]{20,500}", {
    minEntropy: 3,
    check: hasDigit,
  }),
  token("slack-token", "a Slack token", ["xoxe.xoxb-", "xoxe.xoxp-", "xoxe-"], "[0-9A-Za-z-]{20,500}", {
    minEntropy: 3,
    check: hasDigit,
  }),
  token("slack-token", "a Slack token", "xapp-", "[0-9]-[A-Z0-9]{9,13}-[0-9]{10,15}-[a-f0-9]{40,80}"),
  token(
    "stripe-key",
    "a Stripe key",
    ["sk_live_", "rk_live_", "sk_test_", "rk_test_", "sk_prod_", "rk_prod_", "sk_org_"],
    "[A-Za-z0-9_]{20,250}",
    {
      minEntropy: 3,
      check: ({ secret }) => isRandom({ secret }) || isMixedKey(secret.slice(8)),
    },
  ),
  token("stripe-webhook-secret", "a webhook signing secret", "whsec_", "[A-Za-z0-9+/]{24,72}={0,2}", {
    minEntropy: 3,
  }),
  token("sendgrid-key", "a SendGrid API key", "SG.", "[A-Za-z0-9_-]{20,24}\\.[A-Za-z0-9_-]{39,50}"),
  token("brevo-key", "a Brevo key", ["xkeysib-", "xsmtpsib-"], "[a-f0-9]{64}-[A-Za-z0-9]{16}"),
  token("mailersend-key", "a MailerSend token", "mlsn.", "[a-f0-9]{64}"),
  token("resend-key", "a Resend API key", "re_", "[A-Za-z0-9]{8}_[A-Za-z0-9]{24}", {
    check: ({ secret }) => isRandom({ secret }) || (/[0-9]/.test(secret) && isMixedKey(secret.slice(12))),
    inRun: true,
  }),
  ...rulesOf("token", [
    {
      id: "twilio-key",
      what: "a Twilio API key",
      keywords: [LONG_WORD],
      has: "SK",
      pattern: /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/g,
    },
    {
      id: "mailgun-key",
      what: "a Mailgun key",
      keywords: [LONG_WORD],
      has: "-",
      quick: /key-[0-9a-f]{32}|[0-9a-f]-[0-9a-f]{8}-[0-9a-f]{8}/,
      pattern:
        /(?<![A-Za-z0-9_-])(?:key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8})(?![A-Za-z0-9_-])/g,
    },
    {
      id: "mailchimp-key",
      what: "a Mailchimp API key",
      keywords: ["-us"],
      inRun: true,
      pattern: /(?<![A-Za-z0-9])[0-9a-f]{32}-us[0-9]{1,2}(?![A-Za-z0-9])/g,
    },
    {
      id: "discord-token",
      what: "a Discord bot token",
      keywords: [LONG_WORD],
      has: ".",
      quick: /\.[A-Za-z0-9_-]{6}\./,
      pattern:
        /(?<![A-Za-z0-9_.-])[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}(?![A-Za-z0-9_.-])/g,
      check: isRandom,
    },
    {
      id: "chat-webhook",
      what: "a chat webhook URL, which works as a password",
      keywords: [
        "hooks.slack.com",
        "/api/webhooks/",
        "webhook.office.com",
        "outlook.office",
        "chat.googleapis.com",
        "hooks.zapier.com",
      ],
      pattern:
        /(?:hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9_/-]{30,120}|discord(?:app)?\.com\/api\/webhooks\/[0-9]{10,25}\/[A-Za-z0-9_-]{50,100}|[a-z0-9-]{1,60}\.webhook\.office\.com\/webhookb2\/[A-Za-z0-9@/-]{80,250}|outlook\.office(?:365)?\.com\/webhook\/[A-Za-z0-9@/-]{80,250}|chat\.googleapis\.com\/v1\/spaces\/[A-Za-z0-9_-]{6,30}\/messages\?key=[A-Za-z0-9_-]{30,50}&token=[A-Za-z0-9_%=-]{30,80}|hooks\.zapier\.com\/hooks\/catch\/[0-9]{5,12}\/[a-z0-9]{6,20})/g,
      minEntropy: 3.5,
    },
    {
      id: "telegram-bot-token",
      what: "a Telegram bot token",
      keywords: [":aa"],
      pattern: /(?<![A-Za-z0-9])(?:bot)?[0-9]{8,10}:AA[A-Za-z0-9_-]{32,33}(?![A-Za-z0-9_-])/g,
      minEntropy: 2,
    },
    {
      id: "new-relic-key",
      what: "a New Relic key",
      keywords: ["nrak-", "nrii-", "nraa-", "nriq-", "nral", "nrma"],
      pattern:
        /(?<![A-Za-z0-9])(?:NR(?:AK|AA)-[A-Z0-9]{27}|NRI[IQ]-[A-Za-z0-9_-]{32}|(?:(?:eu|gov|us)[0-9]{2}x{1,2})?[a-f0-9]{30,42}(?:FFFF)?-?NR(?:AL|MA))(?![A-Za-z0-9])/g,
    },
    {
      id: "airtable-token",
      what: "an Airtable token",
      keywords: [LONG_WORD],
      has: "pat",
      pattern: /(?<![A-Za-z0-9])pat[A-Za-z0-9]{14}\.[a-f0-9]{64}(?![A-Za-z0-9])/g,
    },
    {
      id: "asana-token",
      what: "an Asana token",
      keywords: [LONG_WORD],
      has: "/",
      quick: /[12]\/[0-9]{13}/,
      pattern: /(?<![A-Za-z0-9/])[12]\/[0-9]{13,17}(?:\/[0-9]{12,17})?:[a-f0-9]{32}(?![A-Za-z0-9])/g,
    },
    {
      id: "facebook-token",
      what: "a Facebook access token",
      keywords: ["eaa"],
      pattern: /(?<![A-Za-z0-9+/_-])EAA[A-Za-z0-9]{90,400}(?![A-Za-z0-9+/=_-])/g,
      minEntropy: 4,
    },
    {
      id: "facebook-app-token",
      what: "a Facebook app token",
      keywords: [LONG_WORD],
      has: "|",
      pattern: /(?<![A-Za-z0-9])[0-9]{13,17}\|[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])/g,
      check: isRandom,
    },
    {
      id: "twitter-bearer-token",
      what: "a Twitter bearer token",
      keywords: ["aaaaaaaaaaaaaaaaaaaa"],
      pattern: /(?<![A-Za-z0-9+/%])A{20,22}[A-Za-z0-9%]{60,100}(?![A-Za-z0-9+/%])/g,
      minEntropy: 4,
    },
    {
      id: "rapidapi-key",
      what: "a RapidAPI key",
      keywords: ["msh"],
      pattern: /(?<![A-Za-z0-9])[a-f0-9]{10}msh[a-f0-9]{15}p1[a-f0-9]{5,7}jsn[a-f0-9]{12}(?![A-Za-z0-9])/g,
    },
    {
      id: "salesforce-token",
      what: "a Salesforce session token",
      keywords: ["00d"],
      pattern: /(?<![A-Za-z0-9])00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{80,260}/g,
    },
    {
      id: "paypal-braintree-token",
      what: "a Braintree access token",
      keywords: ["access_token$production$"],
      pattern: /access_token\$production\$[a-z0-9]{16}\$[a-f0-9]{32}/g,
    },
    {
      id: "onepassword-secret-key",
      what: "a 1Password secret key",
      keywords: ["a3-"],
      pattern:
        /(?<![A-Za-z0-9])A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-(?:[A-Z0-9]{5}-){2}[A-Z0-9]{5}(?![A-Za-z0-9-])/g,
      minEntropy: 3.5,
    },
  ]),
  token(
    "shopify-token",
    "a Shopify token",
    ["shpat_", "shpca_", "shppa_", "shpss_", "shpua_", "shptka_"],
    "[a-fA-F0-9]{32}",
  ),
  token("square-token", "a Square token", ["sq0atp-", "sq0csp-", "EAAA"], "[A-Za-z0-9_-]{22,60}", {
    check: isRandom,
  }),
  token("plaid-token", "a Plaid access token", ["access-development-", "access-production-"], UUID),
  token("shippo-token", "a Shippo token", ["shippo_live_", "shippo_test_"], "[a-f0-9]{40}"),
  token("easypost-key", "an EasyPost API key", ["EZAK", "EZTK"], "[A-Za-z0-9]{54}"),
  token("duffel-token", "a Duffel token", ["duffel_live_", "duffel_test_"], "[A-Za-z0-9_-]{43}"),
  token("flutterwave-key", "a Flutterwave secret key", ["FLWSECK-", "FLWSECK_TEST-"], "[a-h0-9]{32}-X"),
  token("midtrans-key", "a Midtrans server key", ["Mid-server-", "SB-Mid-server-"], "[A-Za-z0-9_-]{24}"),
  token("lob-key", "a Lob API key", "live_", "[a-f0-9]{35}", { inRun: true }),
  token("mollie-key", "a Mollie API key", ["live_", "test_"], "[A-Za-z0-9]{30}", {
    check: isRandom,
    inRun: true,
  }),
  token("gocardless-token", "a GoCardless token", "live_", "[A-Za-z0-9_=-]{40}", {
    check: isRandom,
    inRun: true,
  }),
  token(
    "paddle-key",
    "a Paddle API key",
    ["pdl_live_apikey_", "pdl_sdbx_apikey_"],
    "[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}",
  ),
  token("polar-token", "a Polar token", ["polar_oat_", "polar_pat_"], "[A-Za-z0-9]{43}"),
  token("adafruit-key", "an Adafruit IO key", "aio_", "[A-Za-z0-9]{28}"),
  token("adobe-secret", "an Adobe client secret", "p8e-", "[A-Za-z0-9_-]{32}"),
  token("ubidots-token", "an Ubidots token", "BBFF-", "[A-Za-z0-9]{30}"),
  token("clickup-token", "a ClickUp token", "pk_", "[0-9]{5,9}_[A-Z0-9]{32}", { inRun: true }),
  token("linear-token", "a Linear token", ["lin_api_", "lin_oauth_", "lin_wh_"], "[A-Za-z0-9]{32,128}"),
  token("notion-token", "a Notion token", ["secret_", "ntn_"], "(?:[A-Za-z0-9]{46}|[A-Za-z0-9]{43})", {
    check: isRandom,
    inRun: true,
  }),
  token("figma-token", "a Figma token", ["figd_", "figu_", "figo_"], "[A-Za-z0-9_-]{38,64}"),
  token("hubspot-token", "a HubSpot token", ["pat-na1-", "pat-na2-", "pat-na3-", "pat-eu1-"], UUID),
  token("intercom-token", "an Intercom token", "dG9rO", "[A-Za-z0-9+/]{50,80}={0,2}"),
  token("launchdarkly-key", "a LaunchDarkly key", ["api-", "sdk-"], UUID, { inRun: true }),
  token("dropbox-token", "a Dropbox token", "sl.", "(?:u\\.)?[A-Za-z0-9_-]{120,1500}", { minEntropy: 3.5 }),
  token("trello-token", "a Trello token", "ATTA", "[a-f0-9]{72}"),
  token("contentful-token", "a Contentful management token", "CFPAT-", "[A-Za-z0-9_-]{43}"),
  token("frameio-token", "a Frame.io token", "fio-u-", "[A-Za-z0-9_=-]{64}"),
  token("typeform-token", "a Typeform token", "tfp_", "[A-Za-z0-9_-]{40,59}", { minEntropy: 3 }),
  token(
    "mapbox-secret-token",
    "a Mapbox secret token",
    "sk.eyJ1",
    "[A-Za-z0-9_-]{40,120}\\.[A-Za-z0-9_-]{20,24}",
  ),
  token("posthog-key", "a PostHog personal API key", "phx_", "[A-Za-z0-9]{43,48}"),
  token("maxmind-key", "a MaxMind license key", "", "[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk", {
    keywords: ["_mmk"],
  }),
  token("samsara-token", "a Samsara token", "samsara_api_", "[A-Za-z0-9]{30}"),
  token("uptimerobot-key", "an UptimeRobot key", "u", "[0-9]{6,8}-[a-f0-9]{24}", {
    keywords: [LONG_WORD],
    quick: /u[0-9]{6}/,
  }),
  token("wakatime-key", "a WakaTime API key", "waka_", UUID),
  token("zuplo-key", "a Zuplo API key", "zpka_", "[a-z0-9]{32}_[a-f0-9]{8}"),
  token("rootly-key", "a Rootly API key", "rootly_", "[a-f0-9]{64}"),
  token("sentry-token", "a Sentry token", "sntrys_", "eyJ[A-Za-z0-9+/=_-]{80,600}"),
  token("sentry-token", "a Sentry token", ["sntryu_", "sntrya_"], "[a-f0-9]{64}"),
  token("grafana-token", "a Grafana token", "glsa_", "[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
  token("grafana-token", "a Grafana token", "glc_", "[A-Za-z0-9+/]{32,400}={0,3}", { check: isRandom }),
  token("grafana-key", "a Grafana API key", "eyJrIjoi", "[A-Za-z0-9]{60,400}={0,3}", { minEntropy: 3 }),
  token(
    "onepassword-service-account",
    "a 1Password service account token",
    "ops_eyJ",
    "[A-Za-z0-9+/_-]{100,3000}={0,3}",
  ),
  token("honeycomb-key", "a Honeycomb ingest key", ["hcaik_", "hcbik_"], "[a-z0-9]{58}"),
  token(
    "adyen-key",
    "an Adyen API key",
    "AQE",
    "[A-Za-z0-9+/]{80,250}={0,2}-[A-Za-z0-9+/]{43}=-[^\\s\"'`]{16}",
    {
      keywords: ["aqe"],
      inRun: true,
    },
  ),
  token("ghost-admin-key", "an Admin API key of Ghost", "", "[0-9a-f]{24}:[0-9a-f]{64}", {
    keywords: ["ghost", "admin_api", "adminapi", "admin-api"],
    check: isRandom,
  }),
  token("nylas-key", "a Nylas API key", "nyk_v0_", "[A-Za-z0-9]{60,80}"),
  token("telnyx-key", "a Telnyx API key", "KEY0", "[A-F0-9]{31}_[A-Za-z0-9]{22}"),
  token(
    "trigger-key",
    "a Trigger.dev key",
    ["tr_prod_", "tr_dev_", "tr_stg_", "tr_pat_"],
    "[A-Za-z0-9]{20,44}",
  ),
];

/** Capitals and small letters, as many different ones as in a random key; it may have no digit. */
function isMixedKey(body: string): boolean {
  return /[A-Z].*[A-Z]/.test(body) && /[a-z].*[a-z]/.test(body) && shannonEntropy(body) >= 3.8;
}

function hasDigit({ secret }: { readonly secret: string }): boolean {
  return /[0-9]{3}|[0-9].*[0-9].*[0-9]/.test(secret);
}
