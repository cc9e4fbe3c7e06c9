/** Lines for one rule. No source file holds a whole token: they are put together here, at run time. */
export interface Samples {
  readonly finds: readonly Sample[];
  readonly ignores: readonly Sample[];
}

export interface Sample {
  /** Where the lines stand; names matter to some rules. */
  readonly path: string;
  readonly lines: readonly string[];
}

export const DIGITS = "0123456789";
export const HEX = "0123456789abcdef";
export const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
export const LOWER = "abcdefghijklmnopqrstuvwxyz0123456789";
export const WORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
export const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
export const BASE64 = `${WORD}+/`;
export const BECH32 = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

/** Looks drawn at random, and is the same on every run. */
export function random(alphabet: string, length: number, seed = 1): string {
  let state = (Math.imul(seed, 2654435761) ^ Math.imul(length, 40503)) >>> 0;
  let text = "";
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += alphabet[(state >>> 16) % alphabet.length];
  }
  return text;
}

export function uuid(seed = 1): string {
  const hex = random(HEX, 32, seed);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

export function inCode(...lines: string[]): Sample {
  return { path: "src/app.ts", lines };
}

export function inConfig(...lines: string[]): Sample {
  return { path: "deploy/app.conf", lines };
}

/**
 * Samples for a token of a form of its own: found in code and in configuration; left alone when cut short and
 * when documentation prints it.
 *
 * @param make puts a token together from `body`, which draws characters; `body` decides what they are
 */
export function token(make: (body: (alphabet: string, length: number) => string) => string): Samples {
  let seed = 11;
  const real = () => make((alphabet, length) => random(alphabet, length, seed++));
  const faked = make((alphabet, length) => (alphabet.includes("x") ? "x" : "0").repeat(length));
  const cut = make((alphabet, length) => random(alphabet, Math.min(6, Math.floor(length / 4)), seed++));
  return {
    finds: [
      inCode(`  fetchAll("${real()}", 3);`),
      inConfig(`value: ${real()}`),
      inConfig(`x=${real()} # live`),
    ],
    ignores: [inCode(`  fetchAll("${faked}", 3);`), inConfig(`value: ${cut}`)],
  };
}
