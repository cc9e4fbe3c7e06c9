import type { Rule } from "../rule.ts";
import { addressRules } from "./addresses.ts";
import { aiRules } from "./ai.ts";
import { callRules } from "./calls.ts";
import { cloudRules } from "./cloud.ts";
import { codeHostRules } from "./code-hosts.ts";
import { commandRules } from "./commands.ts";
import { contextRules } from "./context.ts";
import { databaseRules } from "./databases.ts";
import { httpRules } from "./http.ts";
import { keyCallRules } from "./key-calls.ts";
import { ownRules } from "./pprotect.ts";
import { privateKeyRules } from "./private-keys.ts";
import { proseRules } from "./prose.ts";
import { scriptInputRules } from "./script-input.ts";
import { serviceRules } from "./services.ts";
import { settingRules } from "./settings.ts";

/** All rules with a regular expression. If two find the same secret, the earlier one is reported. */
export const regexRules: readonly Rule[] = [
  ...ownRules,
  ...privateKeyRules,
  ...cloudRules,
  ...codeHostRules,
  ...aiRules,
  ...serviceRules,
  ...addressRules,
  ...httpRules,
  ...contextRules,
  ...databaseRules,
  ...proseRules,
  ...commandRules,
  ...scriptInputRules,
  ...callRules,
  ...keyCallRules,
  ...settingRules,
];
