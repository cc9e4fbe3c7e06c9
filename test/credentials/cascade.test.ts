import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { PprotectError } from "../../src/common/errors.ts";
import {
  type CredentialSources,
  hasGivenCredentials,
  resolveCredentials,
  unlock,
} from "../../src/credentials/cascade.ts";
import { credentialVariables } from "../../src/credentials/environment-names.ts";
import { obtainNewPassphrase } from "../../src/credentials/new-credentials.ts";
import { readPassphraseFile } from "../../src/credentials/passphrase-file.ts";
import type { Prompter } from "../../src/credentials/prompter.ts";
import type { KeyFile } from "../../src/store/key-file.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

/** Answers prepared questions in their order and keeps what was asked and noted. */
function scripted(
  ...answers: readonly string[]
): Prompter & { readonly asked: string[]; readonly notes: string[] } {
  const left = [...answers];
  const asked: string[] = [];
  const notes: string[] = [];
  const answer = async (question: string): Promise<string> => {
    asked.push(question);
    const next = left.shift();
    if (next === undefined) throw new Error(`nobody expected the question ${question}`);
    return next;
  };
  return {
    atTerminal: true,
    ask: answer,
    askHidden: answer,
    note: (message) => void notes.push(message),
    asked,
    notes,
  };
}

/** What these files never earn. */
function noWarning(message: string): never {
  throw new Error(`nobody expected the warning ${message}`);
}

function sources(some: Partial<CredentialSources>): CredentialSources {
  return {
    user: undefined,
    passphraseFile: undefined,
    environment: {},
    environmentPrefix: "PPROTECT",
    mayAsk: false,
    prompter: () => undefined,
    file: "protected.yaml",
    warn: noWarning,
    ...some,
  };
}

const ENVIRONMENT = { PPROTECT_USER: "env-user", PPROTECT_PASSPHRASE: "env-pass", APP_USER: "app-user" };

describe("credentials come from flags, then the environment, then a prompt", () => {
  const { alice } = sandbox();

  test("flags win over the environment", async () => {
    const found = await resolveCredentials(
      sources({ user: "flag-user", passphraseFile: alice, environment: ENVIRONMENT }),
    );
    expect(found).toMatchObject({ name: "flag-user", passphrase: "alice-pw", nameSource: "--user" });
    expect(found.passphraseSource).toContain(alice);
  });

  test("each half is found on its own", async () => {
    const prompter = scripted("typed");
    const found = await resolveCredentials(
      sources({ environment: { PPROTECT_USER: "env-user" }, prompter: () => prompter }),
    );
    expect(found).toMatchObject({ name: "env-user", passphrase: "typed", passphraseSource: "the prompt" });
    expect(prompter.asked).toEqual(["Passphrase: "]);
    expect(prompter.notes).toEqual([
      "Verify passphrase for protected.yaml (using user env-user from the environment variable PPROTECT_USER)",
    ]);
  });

  test("a user whom the store does not have is refused before a passphrase is asked for", async () => {
    const custodians = new Map([["alice@example.com", "key"]]);
    const given = scripted();
    const flagged = resolveCredentials(sources({ user: "alic", custodians, prompter: () => given }));
    await expect(flagged).rejects.toMatchObject({
      code: "wrong_credentials",
      message: 'no key custodian "alic" (user from --user)',
      fix: 'did you mean "alice@example.com"?',
    });
    expect(given.asked).toEqual([]);
    const typed = scripted("nobody");
    const prompted = resolveCredentials(sources({ custodians, prompter: () => typed }));
    await expect(prompted).rejects.toMatchObject({ code: "wrong_credentials" });
    expect(typed.asked).toEqual(["User email: "]);
  });

  test("the prompter is opened only when something is missing", async () => {
    const prompter = () => {
      throw new Error("nothing is missing");
    };
    const found = await resolveCredentials(sources({ environment: ENVIRONMENT, prompter }));
    expect(found.name).toBe("env-user");
  });

  test("the user is asked for before the passphrase", async () => {
    const prompter = scripted("u", "p");
    expect(await resolveCredentials(sources({ prompter: () => prompter }))).toMatchObject({
      name: "u",
      passphrase: "p",
    });
    expect(prompter.asked).toEqual(["User email: ", "Passphrase: "]);
    expect(prompter.notes).toEqual(["Verify credentials for protected.yaml"]);
  });

  test("another prefix reads other variables and no others", async () => {
    const prompter = scripted("typed");
    const found = await resolveCredentials(
      sources({ environment: ENVIRONMENT, environmentPrefix: "APP", prompter: () => prompter }),
    );
    expect(found).toMatchObject({ name: "app-user", passphrase: "typed" });
  });

  test("an empty variable counts as set: there is no prompt", async () => {
    const environment = { PPROTECT_USER: "", PPROTECT_PASSPHRASE: "" };
    const prompter = scripted();
    expect(await resolveCredentials(sources({ environment, prompter: () => prompter }))).toMatchObject({
      name: "",
      passphrase: "",
    });
    expect(prompter.asked).toEqual([]);
  });

  test("without a source, the error names the option and the variable", async () => {
    await expect(resolveCredentials(sources({}))).rejects.toMatchObject({
      code: "missing_credentials",
      fix: "use --user or set PPROTECT_USER",
    });
    await expect(resolveCredentials(sources({ user: "u", environment: undefined }))).rejects.toMatchObject({
      code: "missing_credentials",
      fix: "use --passphrase-file",
    });
  });

  test("are given when both halves are, wherever", async () => {
    const has = (some: Partial<CredentialSources>) => hasGivenCredentials(sources(some));
    const environment = { PPROTECT_PASSPHRASE: "p" };
    expect(await has({ user: "u", environment })).toBe(true);
    expect(await has({ user: "u" })).toBe(false);
    expect(await has({ environment: undefined })).toBe(false);
    expect(await has({ environment })).toBe(false);
    const configured = (value: string | undefined) => async () =>
      value === undefined ? undefined : { value, source: "git" };
    expect(await has({ environment, configuredUser: configured("u") })).toBe(true);
    expect(await has({ environment, configuredUser: configured(undefined) })).toBe(false);
  });

  test("nothing is configured for a user where no passphrase is given", async () => {
    const configuredUser = async () => {
      throw new Error("was asked");
    };
    expect(await hasGivenCredentials(sources({ configuredUser }))).toBe(false);
  });
});

describe("wrong credentials", () => {
  let store: KeyFile;
  beforeAll(() => {
    store = sampleStore();
  });
  const from = { nameSource: "--user", passphraseSource: "the prompt" };

  function errorOf(creds: { name: string; passphrase: string }): PprotectError {
    try {
      unlock(store, { ...creds, ...from });
    } catch (error) {
      if (error instanceof PprotectError) return error;
    }
    throw new Error("was not refused");
  }

  test("are refused with the source of each half", () => {
    const { message, code } = errorOf({ ...ALICE, passphrase: "wrong-one" });
    expect(code).toBe("wrong_credentials");
    expect(message).toContain("user from --user, passphrase from the prompt");
    expect(message).not.toContain("wrong-one");
    expect(message).not.toContain("empty");
  });

  test("that are empty are warned of", () => {
    expect(errorOf({ ...ALICE, passphrase: "" }).message).toContain("warning: empty passphrase");
    expect(errorOf({ name: "", passphrase: "" }).message).toContain("warning: empty user and passphrase");
  });

  test("of an unknown user suggest the nearest one", () => {
    expect(errorOf({ name: "alcie@example.com", passphrase: "x" }).fix).toBe(
      'did you mean "alice@example.com"?',
    );
  });

  test("are accepted when they are right", () => {
    expect(unlock(store, { ...ALICE, ...from }).name).toBe(ALICE.name);
  });
});

describe("a passphrase file", () => {
  const { write: writeOpen, path, folder } = sandbox(null);
  const write = (name: string, content: string | Uint8Array): string => {
    const file = writeOpen(name, content);
    chmodSync(file, 0o600);
    return file;
  };

  test.each([
    ["pw", "pw"],
    ["pw\n", "pw"],
    ["\ufeff pw \r\n\n", "pw"],
    ["two words\n", "two words"],
    ["", ""],
    [" \n", ""],
    ["passphrasë 🎲\n", "passphrasë 🎲"],
  ])("of %j is %j", (content, passphrase) => {
    expect(readPassphraseFile(write("a.pw", content), noWarning)).toEqual({ passphrase });
  });

  test("that is not UTF-8, missing, or a directory is refused with its name", () => {
    const bad = write("bad.pw", new Uint8Array([0xff, 0x41]));
    expect(() => readPassphraseFile(bad, noWarning)).toThrow("bad.pw is not UTF-8");
    expect(() => readPassphraseFile(path("none"), noWarning)).toThrow("no such file");
    expect(() => readPassphraseFile(folder, noWarning)).toThrow("is a directory");
  });

  test("is of limited size", () => {
    expect(() => readPassphraseFile("/dev/zero", noWarning)).toThrow("/dev/zero is too large");
  });
});

describe("a new passphrase", () => {
  const shown: string[] = [];
  const base = {
    keyType: "hard" as const,
    environment: {},
    environmentPrefix: "PPROTECT",
    mayAsk: false,
    passphraseFile: undefined,
    warn: noWarning,
    option: "--passphrase-file",
    question: "P: ",
    retypeQuestion: "R: ",
    prompter: undefined,
    showRawKey: async (key: string) => void shown.push(key),
  };

  test("is typed twice", async () => {
    const prompter = scripted("one", "one");
    expect(await obtainNewPassphrase({ ...base, prompter })).toBe("one");
    expect(prompter.asked).toEqual(["P: ", "R: "]);
  });

  test("that is typed otherwise the second time may be typed again, three times", async () => {
    const twice = scripted("one", "two", "three", "three");
    expect(await obtainNewPassphrase({ ...base, prompter: twice })).toBe("three");
    expect(twice.notes).toEqual(["pprotect: the passphrases do not match; try again"]);
    const never = scripted("one", "two", "", "one", "two");
    await expect(obtainNewPassphrase({ ...base, prompter: never })).rejects.toMatchObject({
      message: "the passphrases do not match; nothing was changed",
    });
  });

  test("that is another one the second time on standard input is refused", async () => {
    const prompter = { ...scripted("one", "two"), atTerminal: false };
    await expect(obtainNewPassphrase({ ...base, prompter })).rejects.toMatchObject({
      code: "invalid_passphrase",
    });
  });

  test("that is empty on standard input is refused at once", async () => {
    const prompter = { ...scripted(""), atTerminal: false };
    await expect(obtainNewPassphrase({ ...base, prompter })).rejects.toMatchObject({
      code: "invalid_passphrase",
    });
    expect(prompter.asked).toEqual(["P: "]);
  });

  test("of a raw key is generated and shown", async () => {
    const key = await obtainNewPassphrase({ ...base, keyType: "raw" });
    expect(key).toMatch(/^P[0-9a-f]{64}P$/);
    expect(shown).toEqual([key]);
  });

  test("that is missing without a prompt is an error that names the option", async () => {
    await expect(obtainNewPassphrase(base)).rejects.toMatchObject({ fix: "use --passphrase-file" });
  });
});

test("the credential variables are those of the default prefix, of the given ones, and the prefix's own", () => {
  const endings = [
    "USER",
    "PASSPHRASE",
    "PASSPHRASE_FILE",
    "PASSPHRASE_COMMAND",
    "AGE_IDENTITY_FILE",
    "LEASE",
  ];
  expect(credentialVariables("APP", "CI")).toEqual([
    ...["PPROTECT", "APP", "CI"].flatMap((prefix) => endings.map((ending) => `${prefix}_${ending}`)),
    "PPROTECT_ENV_PREFIX",
  ]);
});
