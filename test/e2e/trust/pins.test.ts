import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createCustodian } from "../../../src/store/custodian.ts";
import { createDomain } from "../../../src/store/domain.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { findDomain } from "../../../src/store/lookup.ts";
import {
  custodianFingerprint,
  displayFingerprint,
  domainFingerprint,
} from "../../../src/store/trust/fingerprint.ts";
import { MAX_PIN_FILES } from "../../../src/store/trust/pin-file.ts";
import { readAnswer } from "../../support/output-schema.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";
import { ALICE, BOB, CHEAP, NOW, sampleStore, unlocked } from "../../support/stores.ts";
import { pinFiles, type TrustSandbox, trustSandbox, withoutProofs } from "./trust-sandbox.ts";

afterAll(removeFolders);

const MALLORY = { name: "mallory@example.com", passphrase: "m" };
const mallory = createCustodian(MALLORY, CHEAP);
const store = sampleStore();
const alice = unlocked(store, ALICE);
const rotated = store.rotateDomainKey("dev", alice, NOW);

const shownKey = ({ data }: KeyFile, domain: string): string =>
  displayFingerprint(domainFingerprint(findDomain(data, domain)));
const withDomain = (
  from: KeyFile,
  name: string,
  domain: Parameters<Map<string, ReturnType<typeof findDomain>>["set"]>[1],
) => KeyFile.from({ ...from.data, domains: new Map(from.data.domains).set(name, domain) });

/** A sandbox whose user has opened the store once. */
async function used(from = store): Promise<TrustSandbox> {
  const box = trustSandbox(from);
  expect(await box.as("alice", "decrypt-domain", "dev")).toMatchObject({ status: 0, stderr: "" });
  return box;
}

const seal = (box: TrustSandbox, name = "fresh") => box.run(["add-secret", "dev", name], { input: "v" });

describe("the first use", () => {
  test("says nothing, and remembers fingerprints in a file of this user alone", async () => {
    const box = await used();
    const [file = "", ...others] = pinFiles(box.state);
    expect(others).toEqual([]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(box.state, "pprotect/pins")).mode & 0o777).toBe(0o700);
    const text = readFileSync(file, "utf8");
    expect(text).toContain(domainFingerprint(findDomain(store.data, "prod")));
    expect(text).not.toContain(findDomain(store.data, "prod").publicKey);
    expect(await seal(box)).toMatchObject({ status: 0 });
  });

  test("is not made by looking at names, nor by credentials that are wrong", async () => {
    const box = trustSandbox();
    await box.run(["list-domains"]);
    await box.run(["decrypt-domain", "dev", "-u", ALICE.name, "--passphrase-file", box.bob]);
    expect(pinFiles(box.state)).toEqual([]);
  });

  test("of a new store or domain is its creation", async () => {
    const box = trustSandbox();
    rmSync(box.store);
    const made = await box.run([
      "init",
      "-u",
      "a",
      "--passphrase-file",
      box.alice,
      "--key-type",
      "fast",
      "--yes",
    ]);
    expect(made.status).toBe(0);
    expect(box.pins()).toHaveLength(1);
    expect((await box.run(["add-domain", "x", "-u", "a", "--passphrase-file", box.alice])).status).toBe(0);
    expect(box.pins()[0]).toContain(domainFingerprint(findDomain(box.read().data, "x")));
  });
});

describe("a rotation by a teammate", () => {
  test("that is proven is followed without a word", async () => {
    const box = await used();
    box.put(rotated);
    expect(await box.as("alice", "decrypt-domain", "dev")).toMatchObject({ status: 0, stderr: "" });
    expect((await seal(box)).status).toBe(0);
    expect(box.pins()[0]).toContain(domainFingerprint(findDomain(rotated.data, "dev")));
  });

  test("that nothing proves is read with a warning; adding, granting and rotating refuse, and trust accepts it", async () => {
    const box = await used();
    await box.git("init", "-q");
    await box.git("add", "protected.yaml");
    await box.git("commit", "-qm", "first");
    box.put(withoutProofs(rotated));
    await box.git("commit", "-qam", "rotate");
    const commit = (await box.git("rev-parse", "--short", "HEAD")).stdout.trim();

    const readIt = await box.as("alice", "decrypt-domain", "dev", "--secret", "api-key");
    expect(readIt).toMatchObject({ status: 0, stdout: "dev-api-key" });
    expect(readIt.stderr).toContain(
      'pprotect: warning: the key of domain "dev" changed and nothing proves the change',
    );
    for (const refused of [
      await seal(box),
      await box.as("alice", "rotate-domain-keys", "dev"),
      await box
        .as("alice", "set-key-custodian-passphrase", "--non-interactive", "--new-passphrase-file", box.fresh)
        .then(
          // One's own copies show nobody anything.
          async () => box.as("bob", "rotate-domain-keys", "dev"),
        ),
    ]) {
      expect(refused.status).toBe(1);
      for (const part of [shownKey(store, "dev"), shownKey(rotated, "dev"), commit, "`pprotect trust dev`"]) {
        expect(refused.stderr).toContain(part);
      }
    }
    const asJson = readAnswer((await box.run(["add-secret", "dev", "x", "--json"], { input: "v" })).stdout);
    expect(asJson).toMatchObject({ ok: false, error: { code: "untrusted_key" } });
    expect((await box.run(["check"])).stdout).toContain("nothing proves the change");

    expect((await box.run(["trust", "dev"], { input: "n\n" })).status).toBe(1);
    expect((await seal(box)).status).toBe(1);
    const accepted = await box.run(["trust", "dev"], { input: "y\n" });
    expect(accepted.stderr).toContain(`accepted  ${shownKey(store, "dev")}`);
    expect(accepted.stderr).toContain(`now       ${shownKey(rotated, "dev")}, since commit ${commit}`);
    expect((await seal(box)).status).toBe(0);
  });

  test("on the upstream branch, with owners that are known, is a warning once", async () => {
    const box = await used();
    const upstream = emptyFolder();
    await box.git("init", "-q", "-b", "main");
    box.put(withoutProofs(rotated));
    await box.git("add", "protected.yaml");
    await box.git("commit", "-qm", "rotate");
    await box.git("clone", "-q", "--bare", ".", upstream);
    await box.git("remote", "add", "origin", upstream);
    await box.git("fetch", "-q");
    await box.git("remote", "set-head", "origin", "main");
    const first = await seal(box);
    expect(first.status).toBe(0);
    expect(first.stderr).toContain("accepted, because the upstream branch has it");
    expect((await seal(box, "second")).stderr).not.toContain("warning");

    // With an owner whom the pins do not know, upstream says nothing.
    const more = withoutProofs(
      rotated
        .addCustodian(MALLORY, CHEAP, NOW)
        .addOwner("dev", MALLORY.name, alice, NOW)
        .rotateDomainKey("dev", alice, NOW),
    );
    box.put(more);
    await box.git("commit", "-qam", "more");
    await box.git("push", "-q", "origin", "main");
    const refused = await seal(box, "third");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`owners that you have not accepted: ${MALLORY.name}`);
  });

  test("that is not in this branch yet: the older key is read in silence, and takes no value", async () => {
    const box = await used();
    box.put(rotated);
    await box.as("alice", "decrypt-domain", "dev");
    box.put(store);
    expect(await box.as("alice", "decrypt-domain", "dev")).toMatchObject({ status: 0, stderr: "" });
    const refused = await seal(box);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("a branch from before a rotation");
  });

  test("of a domain that was removed meanwhile: the store from before takes no value, and the reason is named", async () => {
    const box = await used();
    expect(await box.as("alice", "rm-domain", "dev", "--yes")).toMatchObject({ status: 0 });
    box.put(store);
    const refused = await seal(box);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(
      "that it had before it was removed or renamed\nhint: if that was on another branch",
    );
  });
});

describe("with write access and no passphrase", () => {
  test("a public key that was replaced takes no value and is reported by check", async () => {
    const box = await used();
    box.put(
      withDomain(store, "dev", {
        ...findDomain(store.data, "dev"),
        publicKey: createDomain(MALLORY.name, mallory.pwdkm).publicKey,
      }),
    );
    expect((await seal(box)).stderr).toContain("changed and nothing proves the change");
    expect((await box.run(["check"])).status).toBe(1);
    expect(box.read().data.domains.get("dev")?.secrets.has("fresh")).toBe(false);
  });

  test("domains that exchanged their names are not read: exec, env, inject, redact, decrypt-domain", async () => {
    const box = await used();
    box.put(
      KeyFile.from({
        ...store.data,
        domains: new Map([
          ["dev", findDomain(store.data, "prod")],
          ["prod", findDomain(store.data, "dev")],
        ]),
      }),
    );
    box.write("template", "{{token}}");
    for (const args of [
      ["decrypt-domain", "dev"],
      ["exec", "--domain", "dev", "-u", ALICE.name, "--passphrase-file", box.alice, "--", "env"],
      ["env", "--domain", "dev"],
      ["inject", "--domain", "dev", "template"],
      ["redact", "--domain", "dev"],
    ]) {
      const result = args[0] === "exec" ? await box.run(args) : await box.as("alice", ...args);
      expect(result.status).toBe(1);
      expect(result.stdout).toBe("");
      expect(result.stderr).toContain('has the key that you accepted for domain "prod"');
    }
    expect((await box.as("alice", "check")).status).toBe(1);
  });

  test("an alias of a domain, with its present key or an older one, gives nothing away", async () => {
    const box = await used();
    box.put(rotated);
    await box.as("alice", "decrypt-domain", "dev");
    const withCustodian = rotated.addCustodian(MALLORY, CHEAP, NOW);
    for (const from of [store, rotated]) {
      box.put(withDomain(withCustodian, "sandbox", { ...findDomain(from.data, "dev"), secrets: new Map() }));
      const refused = await box.as("alice", "add-owner", "sandbox", MALLORY.name);
      expect(refused.status).toBe(1);
      expect(refused.stderr).toMatch(/has the (?:public )?key (?:that you accepted for|of) domain "dev"/);
      expect((await box.as("alice", "migrate-owner", MALLORY.name, "--yes")).status).toBe(1);
      expect((await box.run(["check"])).status).toBe(1);
    }
  });

  test("a custodian's key that was replaced is granted nothing until it is accepted", async () => {
    const box = await used();
    const imposter = createCustodian({ name: BOB.name, passphrase: "mallory's" }, CHEAP);
    box.put(
      KeyFile.from({
        ...store.data,
        custodians: new Map(store.data.custodians).set(BOB.name, imposter.pwdkm),
      }),
    );
    const refused = await box.as("alice", "add-owner", "prod", BOB.name);
    expect(refused.status).toBe(1);
    const key = displayFingerprint(custodianFingerprint(imposter.pwdkm));
    expect(refused.stderr).toContain(
      `the key of custodian "${BOB.name}" changed and nothing proves the change`,
    );
    expect(refused.stderr).toContain(key);
    const rotation = await box.as("alice", "rotate-domain-keys", "dev", "--non-interactive");
    expect(rotation.status).toBe(1);
    expect(rotation.stderr).toContain(`would go to ${BOB.name}`);
    expect((await box.run(["trust", BOB.name, "--yes"])).stderr).toContain(`now       ${key}`);
    const granted = await box.as("alice", "add-owner", "prod", BOB.name);
    expect(granted.stderr).toContain(`Key fingerprint of ${BOB.name}: ${key}`);
  });

  describe("an owner who was written into the file", () => {
    const made = store.addCustodian(MALLORY, CHEAP, NOW);
    const dev = findDomain(made.data, "dev");
    const forged = withDomain(made, "dev", {
      ...dev,
      owners: new Map(dev.owners).set(MALLORY.name, dev.owners.get(BOB.name) ?? ""),
    });

    test("stops a rotation that nobody can be asked about", async () => {
      const box = await used();
      box.put(forged);
      const refused = await box.as("alice", "rotate-domain-keys", "dev", "--non-interactive");
      expect(refused.status).toBe(1);
      expect(refused.stderr).toContain(`would go to ${MALLORY.name}`);
      expect(box.read().data).toEqual(forged.data);
    });

    test("is left out and removed unless confirmed", async () => {
      const box = await used();
      box.put(forged);
      const left = await box.run(
        ["rotate-domain-keys", "dev", "-u", ALICE.name, "--passphrase-file", box.alice],
        { input: "n\n" },
      );
      expect(left).toMatchObject({ status: 0 });
      expect([...findDomain(box.read().data, "dev").owners.keys()]).toEqual([ALICE.name, BOB.name]);
      expect(
        box.read().data.auditLog.some((entry) => entry.endsWith(`removed owner ${MALLORY.name} from dev`)),
      ).toBe(true);

      const other = await used();
      other.put(forged);
      expect((await other.as("alice", "rotate-domain-keys", "dev", "--yes")).status).toBe(0);
      expect(findDomain(other.read().data, "dev").owners.has(MALLORY.name)).toBe(true);
    });
  });
});

describe("PPROTECT_TRUST", () => {
  test("off believes the file and remembers nothing; shared keys are refused still", async () => {
    const box = trustSandbox();
    const off = { env: { PPROTECT_TRUST: "off" } };
    expect((await box.run(["add-secret", "dev", "x"], { input: "v", ...off })).status).toBe(0);
    expect(pinFiles(box.state)).toEqual([]);
    box.put(withDomain(store, "twin", findDomain(store.data, "dev")));
    expect((await box.run(["add-secret", "dev", "y"], { input: "v", ...off })).stderr).toContain(
      "has the public key of",
    );
  });

  test("that is neither of its words is an error", async () => {
    const box = trustSandbox();
    const result = await box.run(["add-secret", "dev", "x"], { input: "v", env: { PPROTECT_TRUST: "yes" } });
    expect(result.stderr).toContain('PPROTECT_TRUST must be first-use, strict or off, not "yes"');
  });

  test("strict goes by the default branch's list alone, whatever this branch brings", async () => {
    const box = await used();
    const strict = (args: readonly string[], input = "v") =>
      box.run(args, { input, env: { PPROTECT_TRUST: "strict" } });
    expect((await strict(["add-secret", "dev", "x"])).stderr).toContain(
      "has no pprotect.trust beside the store",
    );
    await box.git("init", "-q", "-b", "main");
    // A passphrase file that a commit could take earns a warning of its own.
    box.write(".gitignore", "*.pw\n");
    expect((await box.run(["trust", "--write"])).status).toBe(0);
    await box.git("add", "protected.yaml", "pprotect.trust");
    await box.git("commit", "-qm", "base");
    const upstream = emptyFolder();
    await box.git("clone", "-q", "--bare", ".", upstream);
    await box.git("remote", "add", "origin", upstream);
    await box.git("fetch", "-q");
    // The upstream of a branch is that branch as it was pushed, by anyone.
    await box.git("branch", "-q", "--set-upstream-to=origin/main");
    expect((await strict(["add-secret", "dev", "x"])).stderr).toContain("git remote set-head origin --auto");
    await box.git("remote", "set-head", "origin", "main");
    expect((await strict(["add-secret", "dev", "x"])).status).toBe(0);
    const read = await strict(["decrypt-domain", "dev", "-u", ALICE.name, "--passphrase-file", box.alice]);
    expect(read).toMatchObject({ status: 0, stderr: "" });

    // Proven or not: what the list does not have is refused, for reading too, and the branch's own list counts for nothing.
    box.put(rotated);
    const list = readFileSync(box.path("pprotect.trust"), "utf8");
    box.write("pprotect.trust", `${list}${domainFingerprint(findDomain(rotated.data, "dev"))} domain dev\n`);
    await box.git("commit", "-qam", "hostile");
    const refused = await strict(["decrypt-domain", "dev", "-u", ALICE.name, "--passphrase-file", box.alice]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("is not in pprotect.trust of the default branch");
    await box.git("push", "-q", "origin", "main");
    expect((await strict(["add-secret", "dev", "y"])).status).toBe(0);
  });
});

describe("the state directory", () => {
  test("that cannot be written or is not a directory is done without, with a note for --verbose alone", async () => {
    const box = trustSandbox();
    const blocked = box.write("blocked", "a file");
    const run = (...more: string[]) =>
      box.run(["add-secret", "dev", `s${more.length}`, ...more], {
        input: "v",
        env: { XDG_STATE_HOME: blocked },
      });
    const quiet = await run();
    expect(quiet).toMatchObject({ status: 0 });
    expect(quiet.stderr).not.toContain("accepted keys");
    expect((await run("--verbose")).stderr).toContain("accepted keys are not remembered");
  });

  test("that others may write is not used, nor is one in the repository that a relative path names", async () => {
    const box = trustSandbox();
    const open = box.path("open");
    mkdirSync(join(open, "pprotect/pins"), { recursive: true });
    chmodSync(join(open, "pprotect/pins"), 0o777);
    const result = await box.run(["add-secret", "dev", "x", "--verbose"], {
      input: "v",
      env: { XDG_STATE_HOME: open },
    });
    expect(result.stderr).toContain("others may write");
    expect(pinFiles(open)).toEqual([]);
    await box.run(["add-secret", "dev", "y"], {
      input: "v",
      env: { XDG_STATE_HOME: "planted", HOME: box.state },
    });
    expect(pinFiles(box.path("planted"))).toEqual([]);
    expect(pinFiles(join(box.state, ".local/state"))).toHaveLength(1);
  });

  test("holds pins that are damaged: reading warns, sealing refuses until they are gone", async () => {
    const box = await used();
    const [file = ""] = pinFiles(box.state);
    for (const text of ["{", "", JSON.stringify({ version: 1 })]) {
      writeFileSync(file, text);
      const readIt = await box.as("alice", "decrypt-domain", "dev");
      expect(readIt.status).toBe(0);
      expect(readIt.stderr).toContain("is damaged");
      expect((await seal(box)).status).toBe(1);
      // Nothing is "new" there, and not all is well.
      for (const words of [["trust"], ["trust", "dev", "--yes"], ["doctor"]]) {
        const { status, stdout, stderr } = await box.run(words);
        expect([status, stdout + stderr]).toEqual([1, expect.stringContaining("is damaged")]);
      }
      expect(readFileSync(file, "utf8")).toBe(text);
    }
    rmSync(file);
    // What cannot be read is no first use.
    mkdirSync(file);
    const refused = await seal(box);
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining("cannot be read: is a directory"),
    ]);
    rmdirSync(file);
    expect((await seal(box)).status).toBe(0);
  });

  test("is found through a link of the user's own, and a pin file that is a link is replaced, not followed", async () => {
    const box = await used();
    const [file = ""] = pinFiles(box.state);
    const link = join(emptyFolder(), "state");
    symlinkSync(box.state, link);
    box.put(withoutProofs(rotated));
    const linked = await box.run(["add-secret", "dev", "x"], { input: "v", env: { XDG_STATE_HOME: link } });
    expect(linked.status).toBe(1);
    const target = box.write("target", readFileSync(file, "utf8"));
    rmSync(file);
    symlinkSync(target, file);
    const before = readFileSync(target, "utf8");
    expect((await box.run(["trust", "dev", "--yes"])).status).toBe(0);
    expect(readFileSync(target, "utf8")).toBe(before);
  });

  test("takes what many processes accept at once, each of it", async () => {
    const box = await used();
    await Promise.all(
      Array.from({ length: 8 }, (_, index) => box.as("alice", "add-domain", `domain-${index}`)),
    );
    const { domains } = box.read().data;
    const [pins = ""] = box.pins();
    for (let index = 0; index < 8; index++) {
      expect(pins).toContain(domainFingerprint(findDomain({ ...store.data, domains }, `domain-${index}`)));
    }
  });

  test("keeps a bounded number of stores", async () => {
    const box = trustSandbox(store);
    const directory = join(box.state, "pprotect/pins");
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const empty = (path: string) =>
      JSON.stringify({ version: 1, path, remotes: [], domains: [], custodians: [] });
    for (let index = 0; index < MAX_PIN_FILES; index++) {
      writeFileSync(join(directory, `${index.toString(16).padStart(64, "0")}.json`), empty(`/${index}`));
    }
    const start = performance.now();
    expect(await box.as("alice", "decrypt-domain", "dev")).toMatchObject({ status: 0, stderr: "" });
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(pinFiles(box.state)).toHaveLength(MAX_PIN_FILES);
    expect(box.pins().some((text) => text.includes(domainFingerprint(findDomain(store.data, "dev"))))).toBe(
      true,
    );
  });
});

describe("another clone of a store", () => {
  test("inherits what was accepted, by a remote or by a key that both have", async () => {
    const box = await used();
    const clone = trustSandbox(store, box.state);
    clone.put(withoutProofs(rotated));
    // prod's key is the same.
    expect((await seal(clone)).stderr).toContain("changed and nothing proves the change");

    const url = "https://user:secret@example.com/team/app.git";
    const first = trustSandbox();
    await first.git("init", "-q");
    await first.git("remote", "add", "origin", url);
    await first.as("alice", "decrypt-domain", "dev");
    expect(first.pins()[0]).not.toContain("secret@");
    expect(first.pins()[0]).not.toContain("example.com/team");
    const all = withoutProofs(rotated.rotateDomainKey("prod", alice, NOW));
    const second = trustSandbox(all, first.state);
    await second.git("init", "-q");
    await second.git("remote", "add", "origin", "git@example.com:team/app.git");
    expect((await seal(second)).stderr).toContain("changed and nothing proves the change");
    // Without anything in common it is another store.
    const third = trustSandbox(all, first.state);
    expect((await seal(third)).status).toBe(0);
  });

  test("of another project in the place of one that was here is another store", async () => {
    const box = trustSandbox();
    await box.git("init", "-q");
    await box.git("remote", "add", "origin", "https://example.com/one.git");
    await box.as("alice", "decrypt-domain", "dev");
    await box.git("remote", "set-url", "origin", "https://example.com/two.git");
    box.put(withoutProofs(rotated.rotateDomainKey("prod", alice, NOW)));
    expect((await seal(box)).status).toBe(0);
  });
});

test("trust lists each key beside the accepted one, safely whatever the names", async () => {
  const hostile = store.addDomain("x", ALICE.name, NOW);
  const odd = "a\u001b[2Jb\u202e";
  const box = await used(withDomain(hostile, odd, createDomain(ALICE.name, mallory.pwdkm)));
  box.put(
    withoutProofs(
      KeyFile.from({
        ...rotated.data,
        domains: new Map(rotated.data.domains).set(odd, createDomain(ALICE.name, mallory.pwdkm)),
      }),
    ),
  );
  const { stdout, status } = await box.run(["trust"]);
  expect(status).toBe(0);
  expect(stdout).toContain(
    `domain     ${shownKey(rotated, "dev")}  dev  (CHANGED, accepted is ${shownKey(store, "dev")})`,
  );
  expect(stdout).toContain("prod  (accepted)");
  expect(stdout).toContain("x  (gone)");
  expect(stdout).not.toContain("\u001b");
  const { result } = readAnswer((await box.run(["trust", "--json"])).stdout);
  expect(result.keys.find(({ name }: { name: string }) => name === odd)).toMatchObject({
    kind: "domain",
    state: "unproven",
  });
  expect((await box.run(["trust", "--write"])).stderr).toContain("not accepted");
});

describe("a new passphrase", () => {
  const weak = "alice-pw-2";

  test("that is weak is named with its strength; a script goes on", async () => {
    const box = trustSandbox(store);
    const file = box.write("weak.pw", `${weak}\n`);
    const made = await box.run([
      "add-key-custodian",
      "-u",
      "c",
      "--passphrase-file",
      file,
      "--key-type",
      "fast",
      "--non-interactive",
    ]);
    expect(made.status).toBe(0);
    expect(made.stderr).toMatch(/warning: the new passphrase is weak: about 2\^\d+ guesses find it/);
    expect(made.stderr).not.toContain(weak);
  });

  test("that is generated or strong is not", async () => {
    const box = trustSandbox(store);
    const raw = await box.run(["add-key-custodian", "-u", "c", "--key-type", "raw", "--yes"]);
    expect(raw.stderr).not.toContain("weak");
    const strong = await box.run([
      "add-key-custodian",
      "-u",
      "d",
      "--passphrase-file",
      box.fresh,
      "--key-type",
      "fast",
    ]);
    expect(strong.stderr).not.toContain("weak");
  });

  test("that is the current one is refused, unless the key type changes", async () => {
    const box = trustSandbox(store);
    const to = (type: string) =>
      box.as(
        "alice",
        "set-key-custodian-passphrase",
        "--key-type",
        type,
        "--new-passphrase-file",
        box.alice,
        "--non-interactive",
      );
    expect((await to("fast")).status).toBe(0);
    const before = box.read().data;
    const refused = await to("fast");
    expect(refused.stderr).toContain("the new passphrase is the current one");
    expect(box.read().data).toEqual(before);
  });
});
