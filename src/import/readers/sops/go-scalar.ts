import type { ScalarTree } from "../../tree.ts";

/**
 * The bytes of a value that is not encrypted, as SOPS puts them into its MAC (ToBytes in sops.go): after Go's YAML or
 * JSON decoder has taken it for an integer, a floating-point number, a truth value, a time, or else a string.
 */
export function macText({ type, text, plain }: ScalarTree): string {
  if (!plain) return text;
  if (type === "boolean") return titleCase(text);
  const integer = goInteger(text);
  if (integer !== undefined) return integer;
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return withoutExponent(Number(text));
  return /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
}

/** `True` and `False`, as the first SOPS, in Python, wrote them. */
export function titleCase(text: string): string {
  return /^(?:1|t|true)$/i.test(text) ? "True" : "False";
}

/** As strconv.ParseInt reads it in base 0: `0x`, `0o`, `0b`, and a leading zero for octal. */
function goInteger(text: string): string | undefined {
  const [, sign = "", digits = ""] = /^([-+]?)(.*)$/s.exec(text.replaceAll("_", "")) ?? [];
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  if (!/^(?:\d+|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/.test(octal)) return undefined;
  if (/^0\d/.test(octal)) return undefined;
  const value = BigInt(octal.toLowerCase()) * (sign === "-" ? -1n : 1n);
  return value >= -(2n ** 63n) && value < 2n ** 63n ? `${value}` : undefined;
}

/** The shortest digits that are this number, never with an exponent: strconv.FormatFloat(value, 'f', -1, 64). */
function withoutExponent(value: number): string {
  const [, sign = "", whole = "", fraction = "", exponent] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]\d+))?$/.exec(String(value)) ?? [];
  if (exponent === undefined) return String(value);
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, "0").slice(0, point)}${point < digits.length ? `.${digits.slice(point)}` : ""}`;
}
