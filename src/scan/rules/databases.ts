import { isRandom } from "../checks.ts";
import { areThreeWords, isDrawn, isStrong } from "../chosen-password.ts";
import { looksRandom } from "../entropy.ts";
import { isDisguisedWord } from "../placeholder.ts";
import { type Rule, rulesOf } from "../rule.ts";
import { isUuid } from "../uuid.ts";

/** Passwords in connection strings and in statements of SQL. */
export const databaseRules: readonly Rule[] = rulesOf("context", [
  {
    id: "connection-string-password",
    what: "a password in a connection string",
    keywords: ["password=", "pwd=", "password =", "pwd ="],
    pattern:
      /(?<![A-Za-z0-9_])(?:password|pwd)\s{0,2}=\s{0,2}(?:\{(?<single>[^;"'\s<>{}$]{3,120})\}|(?<secret>[^;"'\s<>{}]{3,120}))/gi,
    line: /(?:^|["'\s;(])(?:server|data source|host|user ?id|uid|initial catalog|database|dbname|addr|address|endpoint|driver|dsn)\s{0,2}=\s{0,2}[^;=,()]{1,200}[;\s]|\bjdbc:[a-z]{2,20}:[^\s"'<>]{1,300};/i,
    check: ({ secret }) =>
      !/^[$]|[$][({]|[$][A-Z_]{3,}/.test(secret) &&
      !/[,()[\]]$|^[A-Za-z_.]+[,)]|^self\./.test(secret) &&
      /[^A-Za-z_.]|^.{14,}$/.test(secret),
  },
  {
    id: "connection-string-password",
    what: "a password in a connection string",
    keywords: ["oracle:thin:", "oracle:oci:", "oracle.connect(", "oracledb.connect("],
    pattern:
      /(?:\boracle:(?:thin|oci8?):|\b(?:cx_Oracle|oracledb)\.connect\(\s{0,2}["'])[\w.$#-]{1,60}\/(?<secret>[^\s@"'<>{}$]{4,100})@/gi,
    check: ({ secret }) => !isDisguisedWord(secret),
  },
  {
    id: "connection-string-password",
    what: "a password in a connection string",
    keywords: [",password="],
    // Of StackExchange.Redis: `host:6380,password=…,ssl=True`.
    pattern:
      /[\w.-]{3,100}:[0-9]{2,5},(?:\w{1,20}=[^,"'\s]{0,60},){0,6}password=(?<secret>[^,"'\s<>{}$]{6,200})/gi,
    check: ({ secret }) =>
      !isDisguisedWord(secret) && (/[0-9!@#$%^&*?+~]/.test(secret) || looksRandom(secret)),
  },
  {
    id: "connection-string-password",
    what: "a secret in a connection string",
    keywords: [";secret="],
    // Of App Configuration in Azure.
    pattern:
      /\bEndpoint=https:\/\/[\w.-]{1,100};Id=[^;"'\s]{1,80};Secret=(?<secret>[A-Za-z0-9+/]{40,120}={0,2})/g,
    check: isRandom,
  },
  {
    id: "sql-password",
    what: "a password in an SQL statement",
    keywords: ["identified ", "identified\\040", "password"],
    pattern:
      /(?:(?:\b|\\040)identified(?:\s{1,4}|\\040)(?:with\s{1,4}\S{1,40}\s{1,4})?by(?:\s{1,4}|\\040)(?:password\s{1,4})?|\b(?:create|alter)\s{1,4}(?:user|role|login)\b.{1,120}?\bpassword\s{0,4}=?\s{0,4}|=\s{0,2}password\()(?:N?["'](?<secret>[^"'\s]{6,120})["']|(?<single>[A-Za-z][\w#$!%^&*-]{5,60})(?=\s{0,4}(?:;|$|default\b|account\b|profile\b)))/gi,
    check: ({ secret }) =>
      !isUuid(secret) &&
      (/[0-9!@#$%^&*?+~]/.test(secret) || looksRandom(secret) || isDrawn(secret) || areThreeWords(secret)),
  },
  {
    id: "sql-password",
    what: "a password in an SQL statement",
    keywords: ["sp_addlinkedsrvlogin", "sp_addlogin"],
    // The last argument, or the second.
    pattern:
      /\bsp_add(?:linkedsrvlogin\b[^\n;]{1,200},|login\s{1,4}N?'[^'\n]{1,60}',)\s{0,4}N?'(?<secret>[^'\s]{6,100})'/gi,
    check: ({ secret }) => /[0-9!@#$%^&*?+~]/.test(secret) || looksRandom(secret) || isDrawn(secret),
  },
  {
    id: "sql-password",
    what: "a password in an SQL statement",
    keywords: [
      "set value",
      "set val",
      "set option_value",
      "set config_value",
      "set setting_value",
      "set content",
    ],
    // A setting that is changed: `SET value = '…' WHERE name = 'smtp_password'`.
    pattern:
      /\bset\s{1,4}["'\x60[]?\w{0,20}(?:val|value|content)["'\x60\]]?\s{0,4}=\s{0,4}N?'(?<secret>[^'\s]{6,200})'\s{1,4}where\s{1,4}[\w.\x60"[\]]{1,60}\s{0,4}=\s{0,4}N?'[\w.-]{0,60}(?:password|passwd|pwd|secret|token|api_?key)'/gi,
    check: ({ secret }) =>
      looksRandom(secret) || isStrong(secret) || isDrawn(secret) || /[a-z].*[0-9]{2}/i.test(secret),
  },
]);
