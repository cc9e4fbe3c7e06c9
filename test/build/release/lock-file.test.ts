import { afterAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readLockFile, verify } from "../../../src/build/release/lock-file.ts";
import { PLATFORMS, platformsNamed } from "../../../src/build/release/platforms.ts";
import { fetchPackages } from "../../../src/build/release/registry.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const locked = readLockFile(readFileSync(resolve(import.meta.dir, "../../../bun.lock"), "utf8"));

describe("the lock file", () => {
  test.each(PLATFORMS.map((each) => [each.name, each] as const))(
    "pins what %s is built from",
    (_, platform) => {
      expect(locked(platform.runtime)).toMatchObject({ name: platform.runtime, version: Bun.version });
      expect(locked(platform.addon).version).toBe(locked("@node-rs/argon2").version);
    },
  );

  test("is parsed: versions, hashes, dependencies", () => {
    expect(locked("clipanion")).toMatchObject({ name: "clipanion", dependencies: ["typanion"] });
    expect(locked("@noble/curves").sha512).toMatch(/^[0-9a-f]{128}$/);
  });

  test("does not have what is not in it", () => {
    expect(() => locked("left-pad")).toThrow("bun.lock has no package left-pad");
  });

  test("must pin by SHA-512", () => {
    const text = '{ "packages": { "a": ["a@1.0.0", "", {}, "sha1-abc"], "b": ["b@1.0.0", "", {}], } }';
    expect(() => readLockFile(text)("a")).toThrow("bun.lock has no SHA-512 for a");
    expect(() => readLockFile(text)("b")).toThrow("bun.lock has no SHA-512 for b");
  });
});

describe("a tarball", () => {
  const tarball = Buffer.from("a tarball");
  const pinned = {
    name: "@scope/name",
    version: "1.2.3",
    sha512: createHash("sha512").update(tarball).digest("hex"),
    dependencies: [],
  };

  test("passes when it is what the lock file pins, to the bit", () => {
    expect(() => verify(pinned, tarball)).not.toThrow();
    const flipped = Buffer.from(tarball);
    flipped[0] = tarball.readUInt8(0) ^ 1;
    expect(() => verify(pinned, flipped)).toThrow("@scope/name@1.2.3 does not match bun.lock");
  });

  test("that was tampered with in the cache is refused, and fetched again the next time", async () => {
    const cache = join(emptyFolder(), "cache");
    mkdirSync(cache);
    const path = join(cache, "scope-name-1.2.3.tgz");
    writeFileSync(path, "another tarball");
    await expect(fetchPackages([pinned], cache)).rejects.toThrow("does not match bun.lock");
    expect(existsSync(path)).toBe(false);
  });

  test("gives its files without the directory that npm puts them in", async () => {
    const cache = emptyFolder();
    const archive = await new Bun.Archive({ "package/bin/bun": "binary" }, { compress: "gzip" }).bytes();
    writeFileSync(join(cache, "scope-name-1.2.3.tgz"), archive);
    const sha512 = createHash("sha512").update(archive).digest("hex");
    const [files] = await fetchPackages([{ ...pinned, sha512 }], cache);
    expect(await files?.get("bin/bun")?.text()).toBe("binary");
  });
});

test("platforms go by the names of their files, and an unknown one is refused", () => {
  expect(platformsNamed([])).toEqual(PLATFORMS);
  expect(platformsNamed(["darwin-x64"]).map((each) => each.target)).toEqual(["bun-darwin-x64"]);
  expect(() => platformsNamed(["amiga"])).toThrow("unknown platform amiga: linux-x64, linux-arm64");
});
