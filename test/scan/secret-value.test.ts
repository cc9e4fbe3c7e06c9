import { describe, expect, test } from "bun:test";
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { revealingParts } from "../../src/scan/secret-value.ts";

// The same in each run: of random keys, 3 in 1,000 look like a path or like words.
const key = createHash("sha256").update("a key").digest().subarray(0, 24).toString("base64");
const pem = generateKeyPairSync("ed25519")
  .privateKey.export({ format: "pem", type: "pkcs8" })
  .toString()
  .trim();

describe("revealingParts: what no text has by chance of", () => {
  test.each([
    ["a generated key", key, [key]],
    ["what a person typed", "Tiger.Maple2024", ["Tiger.Maple2024"]],
    [
      "a URL with a password",
      `postgres://app:${key.replaceAll(/[/+=]/g, "x")}@db.test/app`,
      [key.replaceAll(/[/+=]/g, "x")],
    ],
    ["a user and a password", `ci:${key}`, [key]],
    [
      "JSON",
      JSON.stringify({ type: "service_account", client_email: "a7@b.test", nested: [{ password: key }] }),
      [key],
    ],
    ["settings", `PORT=8080\nDB_PASSWORD=${key}\n`, [key]],
    ["JSON whose names say nothing", `{"a":"${key}","b":"eu-west-1"}`, [key]],
    ["settings whose names say nothing", `PORT=8080\nALPHA=${key}\n`, [key]],
    ["a drawn passphrase", "ramp ladle quartz molten sierra", ["ramp ladle quartz molten sierra"]],
    ["lines of markup", '<?xml version="1.0" encoding="UTF-8"?>\n<list/>', []],
    ["a statement", "import os", []],
    ["a piece of code", "console.log(x1)", []],
    ["a name", "db-7.internal.test", []],
    ["a word", "production", []],
    ["a URL", "https://a.test/v1/users?page=12", []],
    ["an email address", "kim1@a.test", []],
    ["a short password", "k3y!Xq", []],
  ])("%s", (_, value, parts) => {
    expect(revealingParts(value)).toEqual(parts);
  });

  test("a private key: its lines, but not those of a certificate beside it", () => {
    const certificate = `-----BEGIN CERTIFICATE-----\n${randomBytes(48).toString("base64")}\n-----END CERTIFICATE-----`;
    expect(revealingParts(`${certificate}\n${pem}\n`)).toEqual([pem.split("\n")[1] ?? ""]);
    expect(revealingParts(JSON.stringify({ private_key: pem }))).toEqual([pem.split("\n")[1] ?? ""]);
  });
});
