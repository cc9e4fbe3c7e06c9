import { decodeBase64 } from "../../crypto/base64.ts";

/** What a value may have to be, with the words for a message: `the value is not …`. */
const TYPES = {
  integer: { words: "an integer", test: (value) => /^[-+]?\d+$/.test(value) },
  number: {
    words: "a number",
    test: (value) => /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(value),
  },
  boolean: { words: "true or false", test: (value) => value === "true" || value === "false" },
  url: {
    words: "a URL",
    test: (value) => /^[A-Za-z][A-Za-z0-9+.-]*:\/\/\S+$/.test(value) && URL.canParse(value),
  },
  email: { words: "an e-mail address", test: (value) => /^[^\s@]+@[^\s@]+$/.test(value) },
  uuid: {
    words: "a UUID",
    test: (value) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  },
  hex: { words: "hexadecimal digits", test: (value) => /^(?:[0-9a-f]{2})+$/i.test(value) },
  base64: { words: "base64", test: (value) => value !== "" && decodeBase64(value) !== undefined },
  json: { words: "JSON", test: isJson },
  pem: { words: "a PEM file", test: isPem },
} as const satisfies Readonly<Record<string, { words: string; test: (value: string) => boolean }>>;

export type ValueType = keyof typeof TYPES;
export const VALUE_TYPES = Object.keys(TYPES) as readonly ValueType[];

export function isValueType(word: string): word is ValueType {
  return Object.hasOwn(TYPES, word);
}

/** What a value is not, for a message, or `undefined` when it is of the type. */
export function notOfType(type: ValueType, value: string): string | undefined {
  const { words, test } = TYPES[type];
  return test(value) ? undefined : words;
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

function isPem(value: string): boolean {
  const text = value.trimEnd();
  return (
    /^-----BEGIN [A-Z0-9 ]+-----\r?\n/.test(text) && /\n-----END [A-Z0-9 ]+-----$/.test(text.slice(-100))
  );
}
