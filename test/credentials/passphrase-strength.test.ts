import { describe, expect, test } from "bun:test";
import { passphraseBits, WEAK_BITS } from "../../src/credentials/passphrase-strength.ts";
import { processorTime } from "../support/processor-time.ts";

describe("the strength of a passphrase", () => {
  test.each([
    "",
    "a",
    "password1",
    "qwertyuiop",
    "alice2026",
    "Tr0ub4dor&3",
    "2001-12-24",
    "aaaaaaaaaaaaaaaaaaaaaaaa",
  ])("%j is weak", (passphrase) => expect(passphraseBits(passphrase, [])).toBeLessThan(WEAK_BITS));

  test.each(["correct horse battery staple", "viscous-oblong-tapioca-nimbly-quake", "hT7#qLz0vB!x9RkW2m"])(
    "%j is not",
    (passphrase) => expect(passphraseBits(passphrase, [])).toBeGreaterThanOrEqual(WEAK_BITS),
  );

  test("counts what the guesser knows", () => {
    const passphrase = "zyxoabmu@example";
    expect(passphraseBits(passphrase, ["zyxoabmu@example.org"])).toBeLessThanOrEqual(
      passphraseBits(passphrase, []),
    );
    expect(passphraseBits("zyxoabmu@example.org", ["zyxoabmu@example.org"])).toBeLessThan(5);
  });

  test("takes no longer for a long one, and any text", () => {
    const start = processorTime();
    expect(
      passphraseBits(
        Array.from({ length: 20_000 }, (_, i) => String.fromCharCode(33 + ((i * i) % 90))).join(""),
        [],
      ),
    ).toBeGreaterThan(WEAK_BITS);
    expect(passphraseBits("🎲漢\u0000\ud800", [])).toBeGreaterThanOrEqual(0);
    expect(processorTime() - start).toBeLessThan(5_000);
  });
});
