import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { decodeBase64, encodeBase64 } from "../../src/crypto/base64.ts";
import { createCustodian, unlockCustodian } from "../../src/store/custodian.ts";
import { createDomain, openDomainKey, openSecret, sealSecret } from "../../src/store/domain.ts";
import { keyMaterialProblem } from "../../src/store/format/key-material.ts";
import { publicKeyProblem } from "../../src/store/format/sealed-value.ts";
import type { Domain } from "../../src/store/store-data.ts";
import { ALICE, CHEAP } from "../support/stores.ts";

const { pwdkm, unlocked } = createCustodian(ALICE, CHEAP);
const domain = createDomain(ALICE.name, pwdkm);
const domainKey = openDomainKey("dev", domain, unlocked);
const CANNOT_OPEN = expect.objectContaining({ code: "cannot_open" });

/** An entry as the store has it, base64, once with each of its bits flipped. */
function* eachBitFlipped(entry: string, leaveOut?: (bit: number) => boolean): Generator<string> {
  const bytes = decodeBase64(entry) ?? new Uint8Array();
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    if (leaveOut?.(bit)) continue;
    const flipped = new Uint8Array(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield encodeBase64(flipped);
  }
}

describe("with any single bit flipped", () => {
  test("a secret does not open, whichever bit was changed, including its version byte and ephemeral key", () => {
    const sealed = sealSecret(domain, "hunter2");
    const at = { domain: "dev", secret: "s" };
    expect(openSecret(sealed, domainKey, at)).toBe("hunter2");
    let tried = 0;
    for (const flipped of eachBitFlipped(sealed)) {
      expect(() => openSecret(flipped, domainKey, at)).toThrow(CANNOT_OPEN);
      tried++;
    }
    expect(tried).toBe(8 * (1 + 32 + 16 + 7));
  });

  test("an owner's copy of the domain's key does not open", () => {
    let tried = 0;
    for (const flipped of eachBitFlipped(domain.owners.get(ALICE.name) ?? "")) {
      const tampered: Domain = { ...domain, owners: new Map([[ALICE.name, flipped]]) };
      expect(() => openDomainKey("dev", tampered, unlocked)).toThrow(CANNOT_OPEN);
      tried++;
    }
    expect(tried).toBe(8 * (1 + 32 + 16 + 32));
  });

  test("a domain's public key is refused, or does not match the owner's copy", () => {
    for (const flipped of eachBitFlipped(domain.publicKey)) {
      if (publicKeyProblem(flipped) !== undefined) continue;
      expect(() => openDomainKey("dev", { ...domain, publicKey: flipped }, unlocked)).toThrow(CANNOT_OPEN);
    }
  });

  test("a custodian's key material is refused, or no passphrase matches it", () => {
    // Argon2id counts its memory in KiB: the lowest ten bits of the limit in bytes (at 5, little-endian) say nothing.
    const saysNothing = (bit: number): boolean => bit >= 40 && bit < 50;
    let derived = 0;
    for (const flipped of eachBitFlipped(pwdkm, saysNothing)) {
      // A cost beyond the bounds is refused; what is just high would make this test slow.
      if (keyMaterialProblem(flipped) !== undefined || costOf(flipped) > 64 * costOf(pwdkm)) continue;
      expect(unlockCustodian(ALICE, flipped)).toBeUndefined();
      derived++;
    }
    // The salt and the public key, less the bits that make no public key of it.
    expect(derived).toBeGreaterThanOrEqual(8 * 40 - 1);
  });
});

/** Passes × memory that key material of version 1 asks for. */
function costOf(material: string): number {
  const bytes = decodeBase64(material) ?? new Uint8Array();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(1, true) * view.getUint32(5, true);
}

test("key bytes are never compared with code that stops at the first difference", () => {
  const folder = resolve(import.meta.dir, "../../src");
  const early = /\bdeepEquals\(|\.(?:compare|equals)\(/;
  const files = ["crypto", "store"].flatMap((room) =>
    readdirSync(join(folder, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  const found = files.filter((file) => early.test(readFileSync(file, "utf8")));
  // What these compare is the first line of a file, the lines of an audit log and the names of secrets: anyone who has the
  // file may read them.
  expect(found.map((file) => file.slice(folder.length)).sort()).toEqual([
    "/crypto/age-format.ts",
    "/store/format/known-version.ts",
    "/store/format/secret-lines.ts",
  ]);
});
