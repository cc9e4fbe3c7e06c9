import type { SopsMetadata } from "./sops-file.ts";

type Rules = Pick<
  SopsMetadata,
  "unencryptedSuffix" | "encryptedSuffix" | "unencryptedRegex" | "encryptedRegex"
>;

/**
 * Which values of a file are encrypted (shouldBeEncrypted in sops.go): by the keys that lead to them.
 *
 * @returns nothing when a rule is a regular expression that only Go's engine should run
 */
export function encryptionRules(rules: Rules): ((path: readonly string[]) => boolean) | undefined {
  const [unencrypted, encrypted] = [regex(rules.unencryptedRegex), regex(rules.encryptedRegex)];
  if (unencrypted === "unsafe" || encrypted === "unsafe") return undefined;
  const { unencryptedSuffix, encryptedSuffix } = rules;
  return (path) => {
    let result = true;
    if (unencryptedSuffix !== "" && path.some((key) => key.endsWith(unencryptedSuffix))) result = false;
    if (encryptedSuffix !== "") result = path.some((key) => key.endsWith(encryptedSuffix));
    if (unencrypted && path.some((key) => unencrypted.test(key))) result = false;
    if (encrypted) result = path.some((key) => encrypted.test(key));
    return result;
  };
}

const MAX_REGEX = 500;

/**
 * Go's expressions run in linear time, JavaScript's may not: one with a repeated group, or with many repetitions,
 * is left to the program, as is one that JavaScript reads differently.
 */
function regex(source: string): RegExp | "unsafe" | undefined {
  if (source === "") return undefined;
  const [, insensitive, rest = ""] = /^(\(\?i\))?(.*)$/s.exec(source) ?? [];
  const repeated = (rest.match(/[*+{]/g) ?? []).length;
  if (
    rest.length > MAX_REGEX ||
    /\)[*+{?]/.test(rest) ||
    repeated > 2 ||
    /\(\?(?!:)|\\[^.dwsb$^|()[\]-]/.test(rest)
  ) {
    return "unsafe";
  }
  try {
    return new RegExp(rest, insensitive ? "i" : "");
  } catch {
    return "unsafe";
  }
}
