import { LONG_RUN, rulesOf } from "../rule.ts";

/** Other services: tokens with a form of their own. */
export const serviceRules = rulesOf("token", [
  {
    id: "slack-token",
    what: "a Slack token",
    keywords: ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe", "xoxc-", "xoxd-"],
    pattern:
      /(?<![A-Za-z0-9])xox(?:[abprsc]-[0-9A-Za-z-]{24,250}|d-[A-Za-z0-9%+/=-]{20,500}|e(?:\.xox[bp])?-[0-9A-Za-z-]{20,500})/g,
    minEntropy: 2.4,
    line: /[0-9]/,
  },
  {
    id: "stripe-webhook-secret",
    what: "a Stripe webhook signing secret",
    keywords: ["whsec_"],
    pattern: /(?<![A-Za-z0-9])whsec_[A-Za-z0-9+/]{32,72}={0,2}/g,
  },
  {
    id: "twilio-key",
    what: "a Twilio API key",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/g,
  },
  {
    id: "sendgrid-key",
    what: "a SendGrid API key",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9_.])SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50}(?![A-Za-z0-9_-])/g,
  },
  {
    id: "mailgun-key",
    what: "a Mailgun key",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9_-])(?:key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8})(?![A-Za-z0-9_-])/g,
  },
  {
    id: "mailchimp-key",
    what: "a Mailchimp API key",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9])[0-9a-f]{32}-us[0-9]{1,2}(?![A-Za-z0-9])/g,
  },
  {
    id: "brevo-key",
    what: "a Brevo key",
    keywords: ["xkeysib-", "xsmtpsib-"],
    pattern: /(?<![A-Za-z0-9])x(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{16}(?![A-Za-z0-9])/g,
  },
  {
    id: "resend-key",
    what: "a Resend API key",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9_])re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?![A-Za-z0-9_])/g,
    check: "random",
  },
  {
    id: "shopify-token",
    what: "a Shopify token",
    keywords: ["shpat_", "shpca_", "shppa_", "shpss_", "shpua_", "shptka_"],
    pattern: /(?<![A-Za-z0-9])shp(?:at|ca|pa|ss|ua|tka)_[a-fA-F0-9]{32}(?![A-Za-z0-9])/g,
  },
  {
    id: "square-token",
    what: "a Square token",
    keywords: ["sq0atp-", "sq0csp-", "eaaa"],
    pattern:
      /(?<![A-Za-z0-9_-])(?:sq0(?:atp|csp)-[A-Za-z0-9_-]{22,60}|EAAA[A-Za-z0-9_-]{60})(?![A-Za-z0-9_-])/g,
    minEntropy: 2,
  },
  {
    id: "paypal-braintree-token",
    what: "a Braintree access token",
    keywords: ["access_token$production$"],
    pattern: /access_token\$production\$[a-z0-9]{16}\$[a-f0-9]{32}/g,
  },
  {
    id: "plaid-token",
    what: "a Plaid access token",
    keywords: ["access-development-", "access-production-"],
    pattern:
      /access-(?:development|production)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
  },
  {
    id: "shippo-token",
    what: "a Shippo token",
    keywords: ["shippo_live_", "shippo_test_"],
    pattern: /(?<![A-Za-z0-9])shippo_(?:live|test)_[a-f0-9]{40}(?![A-Za-z0-9])/g,
  },
  {
    id: "easypost-key",
    what: "an EasyPost API key",
    keywords: ["ezak", "eztk"],
    pattern: /(?<![A-Za-z0-9])EZ[AT]K[A-Za-z0-9]{54}(?![A-Za-z0-9])/g,
  },
  {
    id: "discord-token",
    what: "a Discord bot token",
    keywords: LONG_RUN,
    pattern:
      /(?<![A-Za-z0-9_.-])[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}(?![A-Za-z0-9_.-])/g,
    check: "random",
  },
  {
    id: "chat-webhook",
    what: "a chat webhook URL, which works as a password",
    keywords: ["hooks.slack.com", "/api/webhooks/", "webhook.office.com"],
    pattern:
      /https:\/\/(?:hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9_/-]{30,120}|(?:[a-z]{3,8}\.)?discord(?:app)?\.com\/api\/webhooks\/[0-9]{10,25}\/[A-Za-z0-9_-]{50,100}|[a-z0-9-]{1,60}\.webhook\.office\.com\/webhookb2\/[A-Za-z0-9@/-]{80,250})/g,
    minEntropy: 3.6,
  },
  {
    id: "telegram-bot-token",
    what: "a Telegram bot token",
    keywords: [":aa"],
    pattern: /(?<![A-Za-z0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{32,33}(?![A-Za-z0-9_-])/g,
    minEntropy: 2,
  },
  {
    id: "new-relic-key",
    what: "a New Relic key",
    keywords: ["nrak-", "nrii-", "nraa-", "ffffnral"],
    pattern:
      /(?<![A-Za-z0-9])(?:NR(?:AK|AA)-[A-Z0-9]{27}|NRII-[A-Za-z0-9_-]{32}|[a-f0-9]{32}FFFFNRAL)(?![A-Za-z0-9])/g,
  },
  {
    id: "sentry-token",
    what: "a Sentry token",
    keywords: ["sntrys_", "sntryu_"],
    pattern: /(?<![A-Za-z0-9])(?:sntrys_eyJ[A-Za-z0-9+/=_-]{80,600}|sntryu_[a-f0-9]{64})(?![A-Za-z0-9])/g,
  },
  {
    id: "grafana-key",
    what: "a Grafana API key",
    keywords: ["eyjrijoi"],
    pattern: /(?<![A-Za-z0-9])eyJrIjoi[A-Za-z0-9]{60,400}={0,3}/g,
    minEntropy: 3,
  },
  {
    id: "linear-token",
    what: "a Linear token",
    keywords: ["lin_oauth_", "lin_wh_"],
    pattern: /(?<![A-Za-z0-9])lin_(?:oauth|wh)_[A-Za-z0-9]{32,128}(?![A-Za-z0-9])/g,
  },
  {
    id: "notion-token",
    what: "a Notion token",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9_])(?:secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{46})(?![A-Za-z0-9_])/g,
    check: "random",
  },
  {
    id: "postman-key",
    what: "a Postman API key",
    keywords: ["pmak-"],
    pattern: /(?<![A-Za-z0-9])PMAK-[a-f0-9]{24}-[a-f0-9]{34}(?![A-Za-z0-9])/g,
  },
  {
    id: "airtable-token",
    what: "an Airtable token",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9])pat[A-Za-z0-9]{14}\.[a-f0-9]{64}(?![A-Za-z0-9])/g,
  },
  {
    id: "asana-token",
    what: "an Asana token",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9/])[12]\/1[0-9]{12,16}(?:\/[0-9]{12,17})?:[a-f0-9]{32}(?![A-Za-z0-9])/g,
  },
  {
    id: "hubspot-token",
    what: "a HubSpot token",
    keywords: ["pat-na", "pat-eu"],
    pattern:
      /(?<![A-Za-z0-9])pat-(?:na|eu)[0-9]-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![A-Za-z0-9])/gi,
  },
  {
    id: "dropbox-token",
    what: "a Dropbox token",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9_.-])sl\.(?:u\.)?[A-Za-z0-9_-]{120,1500}(?![A-Za-z0-9_-])/g,
    minEntropy: 3.5,
  },
  {
    id: "facebook-token",
    what: "a Facebook access token",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9])EAA[MC][A-Za-z0-9]{100,300}(?![A-Za-z0-9])/g,
    minEntropy: 4,
  },
  {
    id: "twitter-bearer-token",
    what: "a Twitter bearer token",
    keywords: ["aaaaaaaaaaaaaaaaaaaa"],
    pattern: /(?<![A-Za-z0-9+/%])A{20,22}[A-Za-z0-9%]{60,100}(?![A-Za-z0-9+/%])/g,
    minEntropy: 4,
  },
  {
    id: "contentful-token",
    what: "a Contentful management token",
    keywords: ["cfpat-"],
    pattern: /(?<![A-Za-z0-9])CFPAT-[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g,
  },
  {
    id: "typeform-token",
    what: "a Typeform token",
    keywords: ["tfp_"],
    pattern: /(?<![A-Za-z0-9])tfp_[A-Za-z0-9_-]{40,59}(?![A-Za-z0-9_-])/g,
    minEntropy: 3,
  },
  {
    id: "mapbox-secret-token",
    what: "a Mapbox secret token",
    keywords: ["sk.eyj"],
    pattern: /(?<![A-Za-z0-9])sk\.eyJ1[A-Za-z0-9_-]{40,120}\.[A-Za-z0-9_-]{20,24}(?![A-Za-z0-9_-])/g,
  },
  {
    id: "posthog-key",
    what: "a PostHog personal API key",
    keywords: ["phx_"],
    pattern: /(?<![A-Za-z0-9])phx_[A-Za-z0-9]{43,48}(?![A-Za-z0-9])/g,
  },
  {
    id: "flutterwave-key",
    what: "a Flutterwave secret key",
    keywords: ["flwseck"],
    pattern: /FLWSECK(?:_TEST)?-[a-h0-9]{32}-X/gi,
  },
  {
    id: "jwt",
    what: "a JSON Web Token",
    keywords: ["eyj"],
    pattern:
      /(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{14,2000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{20,2000}(?![A-Za-z0-9_-])/g,
    check: "jwt",
  },
]);
