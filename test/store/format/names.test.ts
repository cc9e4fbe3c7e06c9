import { describe, expect, test } from "bun:test";
import { PprotectError } from "../../../src/common/errors.ts";
import {
  checkNewCustodianName,
  checkNewDomainName,
  checkNewSecretName,
  checkSecretName,
  MAX_NEW_NAME,
} from "../../../src/store/format/names.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { ALICE, sampleStore, secretsOf } from "../../support/stores.ts";

/** The error's code, or nothing when there was none. */
function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof PprotectError) return error.code;
    throw error;
  }
}

/** Names that no domain and no custodian may have. */
const MISLEADING = [
  "",
  " ",
  " a",
  "a ",
  "a\nb",
  "a\tb",
  "\0",
  "a\x1b[31m",
  "a\x7f",
  "a\u0085",
  "a\u2028",
  "a\u202eb",
  "\u200ea",
  "\ufeffa",
  "\ud800",
  "x".repeat(MAX_NEW_NAME + 1),
];
/** Names that are unusual and fine. */
const UNUSUAL = [
  "-dash",
  "123",
  "null",
  "true",
  "~",
  "a b",
  "it's",
  "a: b",
  "#a",
  "é",
  "漢字",
  "🎲",
  "__proto__",
  "x".repeat(MAX_NEW_NAME),
  "<<",
  "---",
];

describe("a new domain", () => {
  test.each([...MISLEADING, "meta", "metal", "meta-data", "audit-log", "key-custodians"])(
    "cannot be named %j",
    (name) => {
      expect(codeOf(() => checkNewDomainName(name))).toBe("invalid_name");
    },
  );

  test.each([...UNUSUAL, "Meta", "audit-log2", "secret-x"])("can be named %j", (name) => {
    expect(codeOf(() => checkNewDomainName(name))).toBeUndefined();
  });
});

describe("a new key custodian", () => {
  test.each(MISLEADING)("cannot be named %j", (name) => {
    expect(codeOf(() => checkNewCustodianName(name))).toBe("invalid_name");
  });

  test.each([...UNUSUAL, "metal", "audit-log", "pwdkm"])("can be named %j", (name) => {
    expect(codeOf(() => checkNewCustodianName(name))).toBeUndefined();
  });
});

describe("a secret", () => {
  test.each(["a", "A", "api-key", "API_KEY", "a1", "z-_9", "x".repeat(300)])("can be named %j", (name) => {
    expect(codeOf(() => checkSecretName(name))).toBeUndefined();
  });

  test.each(["", "1a", "-a", "_a", "a b", "a.b", "a/b", "é", "aé", "a\n", "a=b", "a:", "a$"])(
    "cannot be named %j",
    (name) => {
      expect(codeOf(() => checkSecretName(name))).toBe("invalid_name");
    },
  );
});

describe("a new secret with a long name", () => {
  const long = "x".repeat(MAX_NEW_NAME + 1);

  test("is refused, and one that the store has is read, changed and moved", () => {
    expect(codeOf(() => checkNewSecretName(sampleStore().data, long))).toBe("invalid_name");
    expect(() => sampleStore().addSecret("dev", long, "x")).toThrow(
      `a secret name cannot be longer than 1000 characters; "${"x".repeat(100)}…" has 1001`,
    );
    // Another program has written it.
    const short = "y".repeat(MAX_NEW_NAME);
    const text = sampleStore().addSecret("dev", short, "first").toString().replaceAll(short, `${short}y`);
    const file = KeyFile.parse(Buffer.from(text), "protected.yaml");
    const changed = file.updateSecret("dev", `${short}y`, "second").addSecret("prod", `${short}y`, "third");
    expect(secretsOf(changed, "dev", ALICE)[`${short}y`]).toBe("second");
  });
});
