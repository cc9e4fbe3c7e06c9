import { expect, test } from "bun:test";
import { messageOf } from "../../src/scan/advice.ts";

test.each([
  [
    "an env file is imported",
    "github-token",
    ".env",
    "import the file into the store with `pprotect import`",
  ],
  ["so is another one", "dotenv-file", "app/.env.production", "list it in .gitignore"],
  [
    "a template of one has lines",
    "github-token",
    ".env.example",
    "move it into the store with `pprotect add-secret`",
  ],
  ["a custodian's key is changed", "pprotect-raw-key", "a.txt", "`rekey-custodian`"],
  [
    "a custodian's passphrase is changed",
    "pprotect-passphrase",
    ".env",
    "`pprotect set-key-custodian-passphrase`",
  ],
  ["a keystore is not text", "keystore-file", "a.p12", "add it to the store as base64"],
  [
    "a keystore has no line",
    "keystore-file",
    "a.p12",
    "or list the file in .pprotectignore if it is not a secret",
  ],
  [
    "all else goes into the store",
    "jwt",
    "a.ts",
    "or add `pprotect:allow` to the line if it is not a secret",
  ],
])("%s: the advice fits", (_, rule, path, advice) => {
  expect(messageOf({ rule, what: "a secret", path }).advice).toContain(advice);
});
