import type { Rule } from "../rule.ts";
import { aiRules } from "./ai.ts";
import { cloudRules } from "./cloud.ts";
import { codeHostRules } from "./code-hosts.ts";
import { contextRules } from "./context.ts";
import { privateKeyRules } from "./private-keys.ts";
import { serviceRules } from "./services.ts";

/** All rules that are data. Where two see the same secret, the earlier one is told. */
export const dataRules: readonly Rule[] = [
  ...privateKeyRules,
  ...cloudRules,
  ...codeHostRules,
  ...aiRules,
  ...serviceRules,
  ...contextRules,
];
