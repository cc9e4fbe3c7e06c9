import { looksRandom } from "../entropy.ts";
import { type Rule, rulesOf } from "../rule.ts";

const HOST = String.raw`https:\/\/[\w.-]{1,100}(?::[0-9]{1,5})?`;

/** Addresses that work as a password: anyone who knows one can post, deploy or stream. */
export const addressRules: readonly Rule[] = rulesOf("token", [
  {
    id: "secret-url",
    what: "a URL that works as a password",
    keywords: [
      "api.render.com/deploy/",
      "/v1/integrations/deploy/",
      "/build_hooks/",
      "/receiver/v1/http/",
      "loggly.com/",
    ],
    // Hooks that deploy, of Render, Vercel and Netlify; collectors of Sumo Logic and Loggly.
    pattern:
      /https?:\/\/(?:api\.render\.com\/deploy\/srv-[a-z0-9]{20}\?key=[\w-]{11}|api\.vercel\.com\/v1\/integrations\/deploy\/prj_[A-Za-z0-9]{20,40}\/[A-Za-z0-9]{8,20}|api\.netlify\.com\/build_hooks\/[0-9a-f]{24}|[\w.-]{1,60}\.loggly\.com\/(?:inputs|bulk)\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w.-]{1,60}\.sumologic\.com\/receiver\/v1\/http\/[\w-]{60,120}={0,2})(?![\w-])/g,
    minEntropy: 3.5,
  },
  {
    id: "secret-url",
    what: "a URL that works as a password",
    keywords: ["/hooks/"],
    inRun: true,
    // Incoming hooks of Mattermost and Rocket.Chat.
    pattern: new RegExp(
      String.raw`${HOST}\/hooks\/(?<secret>[a-z0-9]{26}|[A-Za-z0-9]{17,24}\/[A-Za-z0-9]{40,60})(?![\w\/-])`,
      "g",
    ),
    check: ({ secret }) => looksRandom(secret),
  },
  {
    id: "secret-url",
    what: "a URL with the key of a stream",
    keywords: ["rtmp://", "rtmps://"],
    pattern:
      /\brtmps?:\/\/[\w.-]{1,100}(?::[0-9]{1,5})?\/(?:live2|app|rtmp|live|x|ingest)\/(?<secret>[a-z0-9]{4}(?:-[a-z0-9]{4}){3,4}|live_[0-9]{6,12}_[A-Za-z0-9]{30}|FB-[0-9]{8,20}-[0-9]-[\w-]{10,30}|[\w-]{24,80})(?![\w-])/g,
    check: ({ secret }) => looksRandom(secret.replaceAll("-", "")),
  },
]);
