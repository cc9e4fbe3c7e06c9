import { describe, expect, test } from "bun:test";
import { createHash, createPrivateKey } from "node:crypto";
import { revealingParts } from "../../src/scan/secret-value.ts";
import { BASE64, random } from "./samples/sample.ts";

// The same in each run: of random keys, 1 in 1,000 looks like words or a placeholder.
const key = createHash("sha256").update("a key").digest().subarray(0, 24).toString("base64");
const pem = createPrivateKey({
  // The header of an Ed25519 key in PKCS #8 (RFC 8410), and the key.
  key: Buffer.concat([
    Buffer.from("302e020100300506032b657004220420", "hex"),
    createHash("sha256").update("a private key").digest(),
  ]),
  format: "der",
  type: "pkcs8",
})
  .export({ format: "pem", type: "pkcs8" })
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

  test("a random key: nearly always all of it, also if it begins with a slash and has another", () => {
    const keys = [24, 32, 43, 64].flatMap((length) =>
      Array.from({ length: 1_000 }, (_, seed) => random(BASE64, length, seed)),
    );
    const missed = (texts: readonly string[]) => texts.filter((text) => !revealingParts(text).includes(text));
    expect(missed(keys).length).toBeLessThan(keys.length / 200);
    const slashes = keys.filter((text) => text.length >= 32).map((text) => `/${text.slice(1)}`);
    expect(missed(slashes.map((text) => `${text.slice(0, -4)}/${text.slice(-3)}`)).length).toBeLessThan(
      slashes.length / 200,
    );
    for (const text of ["/R7duA57VeXzkxjBYjix+uHvf0aeJ/qT", "/ifyHoQuunwvmJf3hXwDNiOdPnL/chk/"])
      expect(missed([text])).toEqual([]);
  });

  test("a private key: its lines, but not those of a certificate beside it", () => {
    const certificate = `-----BEGIN CERTIFICATE-----\n${random(BASE64, 64)}\n-----END CERTIFICATE-----`;
    expect(revealingParts(`${certificate}\n${pem}\n`)).toEqual([pem.split("\n")[1] ?? ""]);
    expect(revealingParts(JSON.stringify({ private_key: pem }))).toEqual([pem.split("\n")[1] ?? ""]);
  });
});
