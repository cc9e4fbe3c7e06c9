import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { PprotectError } from "../../src/common/errors.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { locateStore } from "../../src/store/locate-store.ts";
import type { Domain } from "../../src/store/store-data.ts";
import {
  createStoreFile,
  readStoreFile,
  readStoreVersion,
  updateStoreFile,
} from "../../src/store/store-file.ts";
import { tryLockFile, withLock } from "../../src/system/file-lock.ts";
import { holdLock } from "../support/lock-holder.ts";
import { emptyFolder, removeFolders, sandbox } from "../support/sandbox.ts";
import { sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

const quiet = { onWait: () => undefined };

/** Adds a secret to the store at a path. */
function addSecret(path: string, secret: string, options: Parameters<typeof updateStoreFile>[3] = quiet) {
  return updateStoreFile(path, "protected.yaml", (file) => file.addSecret("dev", secret, "v"), options);
}

/** Copies of the domain `dev` under other names. */
function domainsNamed({ data }: KeyFile, names: readonly string[]): ReadonlyMap<string, Domain> {
  const domain = data.domains.get("dev");
  if (!domain) throw new Error("no domain dev");
  return new Map([...data.domains, ...names.map((name) => [name, domain] as const)]);
}

/** The code of the error that a promise ends with. */
async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PprotectError) return error.code;
    throw error;
  }
  return undefined;
}

describe("an update", () => {
  test("writes the result of the change, and leaves no other file in the directory", async () => {
    const { folder, store, read } = sandbox();
    const before = readdirSync(folder);
    const written = await addSecret(store, "fresh");
    expect(readFileSync(store, "utf8")).toBe(written?.toString() ?? "");
    expect(read().data.domains.get("dev")?.secrets.has("fresh")).toBe(true);
    expect(readdirSync(folder)).toEqual(before);
  });

  test("changes what the file holds, even if a version from before is known", async () => {
    const { store, read } = sandbox();
    const known = readStoreVersion(store, "protected.yaml");
    await addSecret(store, "of-another-process");
    await addSecret(store, "fresh", { ...quiet, known });
    expect([...(read().data.domains.get("dev")?.secrets.keys() ?? [])]).toEqual(
      expect.arrayContaining(["fresh", "of-another-process"]),
    );
  });

  test("does not parse again what is known to be in the file", async () => {
    const { store } = sandbox();
    const known = readStoreVersion(store, "protected.yaml");
    let given: KeyFile | undefined;
    const change = (file: KeyFile): KeyFile => {
      given = file;
      return file.addSecret("dev", "fresh", "v");
    };
    await updateStoreFile(store, "protected.yaml", change, { ...quiet, known });
    expect(given).toBe(known.keyFile);
  });

  test("writes a store of many pieces, with characters of every length, as its text", async () => {
    const { store } = sandbox();
    const names = Array.from({ length: 600 }, (_, at) => `dömain-€-😀-${at}-${"x".repeat(at % 200)}`);
    const add = (file: KeyFile): KeyFile =>
      KeyFile.from({ ...file.data, domains: domainsNamed(file, names) });
    const written = await updateStoreFile(store, "protected.yaml", add, quiet);
    expect(readFileSync(store, "utf8")).toBe(written?.toString() ?? "");
    const known = readStoreVersion(store, "protected.yaml");
    expect(readStoreVersion(store, "protected.yaml", known)).toBe(known);
    for (const text of [`${known.text}#`, known.text.slice(0, -1), known.text.replace("😀", "😁"), ""]) {
      expect(readStoreVersion(store, "protected.yaml", { ...known, text })).not.toBe(known);
    }
  });

  test.each([0o600, 0o640, 0o664, 0o755])("keeps the mode %o", async (mode) => {
    const { store } = sandbox();
    chmodSync(store, mode);
    await addSecret(store, "fresh");
    expect(statSync(store).mode & 0o777).toBe(mode);
  });

  test("goes through symbolic links and keeps them", async () => {
    const { store, folder } = sandbox();
    const elsewhere = join(emptyFolder(), "link.yaml");
    symlinkSync(store, elsewhere);
    const twice = join(folder, "twice.yaml");
    symlinkSync(elsewhere, twice);
    await addSecret(twice, "fresh");
    expect(lstatSync(twice).isSymbolicLink() && lstatSync(elsewhere).isSymbolicLink()).toBe(true);
    expect(readlinkSync(elsewhere)).toBe(store);
    expect(readFileSync(store, "utf8")).toContain("secret-fresh");
  });

  test("of a file that is read-only is refused and says how to go on", async () => {
    const { store } = sandbox();
    chmodSync(store, 0o444);
    const before = readFileSync(store, "utf8");
    await expect(addSecret(store, "fresh")).rejects.toThrow("read-only");
    expect(readFileSync(store, "utf8")).toBe(before);
  });

  test("of a dangling link, or of nothing, reports that there is no store", async () => {
    const folder = emptyFolder();
    symlinkSync(join(folder, "nowhere"), join(folder, "dangling.yaml"));
    expect(await codeOf(addSecret(join(folder, "dangling.yaml"), "x"))).toBe("store_missing");
    expect(await codeOf(addSecret(join(folder, "missing.yaml"), "x"))).toBe("store_missing");
    expect(await codeOf(addSecret(folder, "x"))).toBe("file_error");
  });

  test("that is refused changes nothing", async () => {
    const { store } = sandbox();
    const before = readFileSync(store, "utf8");
    expect(await codeOf(addSecret(store, "api-key"))).toBe("secret_exists");
    expect(readFileSync(store, "utf8")).toBe(before);
  });

  test("removes what a killed writer left, and nothing else", async () => {
    const { folder, store, write } = sandbox();
    write(".protected.yaml.123.pprotect-tmp", "half");
    write(".other.yaml.123.pprotect-tmp", "another's");
    write(".protected.yaml.old.123.pprotect-tmp", "a longer name's");
    write(".protected.yaml.swp", "an editor's");
    await addSecret(store, "fresh");
    const left = readdirSync(folder).filter((name) => name.startsWith("."));
    expect(left.toSorted()).toEqual([
      ".other.yaml.123.pprotect-tmp",
      ".protected.yaml.old.123.pprotect-tmp",
      ".protected.yaml.swp",
    ]);
  });

  test("is ended by an interrupt up to the moment of the write", async () => {
    const { store } = sandbox();
    const before = readFileSync(store, "utf8");
    let changed = false;
    const options = {
      ...quiet,
      throwIfInterrupted: async () => {
        expect(changed).toBe(true);
        throw new PprotectError("interrupted", "interrupted");
      },
    };
    const update = updateStoreFile(
      store,
      "protected.yaml",
      (file) => {
        changed = true;
        return file.addSecret("dev", "fresh", "v");
      },
      options,
    );
    expect(await codeOf(update)).toBe("interrupted");
    expect(readFileSync(store, "utf8")).toBe(before);
  });

  test("finds that another program wrote while it worked, and writes nothing", async () => {
    const { store } = sandbox();
    const change = updateStoreFile(
      store,
      "protected.yaml",
      (file) => {
        writeFileSync(store, `${file.removeSecret("dev", "api-key")}`);
        return file.addSecret("dev", "fresh", "v");
      },
      quiet,
    );
    expect(await codeOf(change)).toBe("store_changed");
    expect(readFileSync(store, "utf8")).not.toContain("secret-fresh");
    expect(readFileSync(store, "utf8")).not.toContain("secret-api-key");
  });
});

describe("an update that must be approved", () => {
  test("is shown before it is written, and written as shown", async () => {
    const { store } = sandbox();
    let shown = "";
    const approve = async (before: string, after: string): Promise<boolean> => {
      expect(before).toBe(readFileSync(store, "utf8"));
      shown = after;
      return true;
    };
    await addSecret(store, "fresh", { ...quiet, approve });
    expect(readFileSync(store, "utf8")).toBe(shown);
  });

  test("is not written when it is not approved", async () => {
    const { store } = sandbox();
    const before = readFileSync(store, "utf8");
    expect(await addSecret(store, "fresh", { ...quiet, approve: async () => false })).toBeUndefined();
    expect(readFileSync(store, "utf8")).toBe(before);
  });

  test("is computed and shown again when the store changed in the meantime", async () => {
    const { store } = sandbox();
    let asked = 0;
    const approve = async (): Promise<boolean> => {
      if (asked++ === 0) await addSecret(store, "meanwhile");
      return true;
    };
    await addSecret(store, "fresh", { ...quiet, approve });
    expect(asked).toBe(2);
    expect(readFileSync(store, "utf8")).toContain("secret-meanwhile");
    expect(readFileSync(store, "utf8")).toContain("secret-fresh");
  });
});

describe("the lock", () => {
  test("keeps a second writer out, which reports that it waits, and gives up in the end", async () => {
    const { store } = sandbox();
    const told: string[] = [];
    const patience = { timeout: 120, quiet: 40, onWait: (message: string) => told.push(message) };
    const holder = await holdLock(store);
    expect(await codeOf(withLock(store, patience, () => undefined))).toBe("store_locked");
    await holder.release();
    expect(await withLock(store, patience, () => "free")).toBe("free");
    expect(told).toHaveLength(1);
  });

  test("is waited for as long as one process after another takes it, however long that is in all", async () => {
    const { store } = sandbox();
    let holder = await holdLock(store);
    let holders = 1;
    const patience = {
      timeout: 0,
      quiet: 60_000,
      onWait: () => undefined,
      async throwIfInterrupted() {
        await holder.release();
        if (++holders <= 3) holder = await holdLock(store);
      },
    };
    expect(await withLock(store, patience, () => "free")).toBe("free");
    expect(holders).toBe(4);
  });

  test("is free again after an action that failed", async () => {
    const { store } = sandbox();
    const failing = (): never => {
      throw new Error("failed");
    };
    const patience = { timeout: 1000, quiet: 1000, onWait: () => undefined };
    await expect(withLock(store, patience, failing)).rejects.toThrow("failed");
    expect(await withLock(store, patience, () => "free")).toBe("free");
  });

  test("is a file without flock, removed when it is released or its process is dead", async () => {
    const { folder, store } = sandbox();
    const lock = join(folder, ".protected.yaml.lock");
    const release = tryLockFile(store);
    expect(readFileSync(lock, "utf8")).toBe(String(process.pid));
    expect(tryLockFile(store)).toBeUndefined();
    release?.();
    expect(existsSync(lock)).toBe(false);

    const dead = Bun.spawn(["true"]);
    await dead.exited;
    writeFileSync(lock, String(dead.pid));
    expect(tryLockFile(store)).toBeUndefined();
    const again = tryLockFile(store);
    expect(again).toBeDefined();
    again?.();
  });

  test("is taken over without flock, when its process died before it wrote its id", () => {
    const { folder, store } = sandbox();
    const lock = join(folder, ".protected.yaml.lock");
    writeFileSync(lock, "");
    // As young as it can be, however long the next lines take.
    const soon = new Date(Date.now() + 60_000);
    utimesSync(lock, soon, soon);
    tryLockFile(store);
    expect(tryLockFile(store)).toBeUndefined();
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lock, longAgo, longAgo);
    tryLockFile(store);
    const release = tryLockFile(store);
    expect(release).toBeDefined();
    release?.();
    expect(readdirSync(folder).filter((name) => name.includes(".lock"))).toEqual([]);
  });

  test("is held by one process at a time without flock, even when all see that its owner is dead", async () => {
    const { folder, store } = sandbox();
    const dead = Bun.spawn(["true"]);
    await dead.exited;
    const counter = join(folder, "counter");
    writeFileSync(counter, "0");
    // The first to come leaves a dead process's lock again and again.
    const script = `
      import { readFileSync, writeFileSync } from "node:fs";
      import { tryLockFile } from ${JSON.stringify(join(import.meta.dir, "../../src/system/file-lock.ts"))};
      const [store, counter, dead] = process.argv.slice(1);
      for (let done = 0; done < 25; ) {
        const release = tryLockFile(store);
        if (!release) { Bun.sleepSync(1); continue; }
        const count = Number(readFileSync(counter, "utf8"));
        Bun.sleepSync(1);
        writeFileSync(counter, String(count + 1));
        done++;
        if (done % 3 === 0) writeFileSync(store.replace(/[^/]*$/, ".$&.lock"), dead);
        else release();
      }
    `;
    const children = Array.from({ length: 6 }, () =>
      Bun.spawn([process.execPath, "-e", script, store, counter, String(dead.pid)]),
    );
    expect(await Promise.all(children.map(({ exited }) => exited))).toEqual(children.map(() => 0));
    expect(readFileSync(counter, "utf8")).toBe("150");
  });

  test("wait ends when the one who waits is interrupted", async () => {
    const { store } = sandbox();
    const holder = await holdLock(store);
    const interrupted = new PprotectError("interrupted", "interrupted");
    const patience = {
      timeout: 60_000,
      quiet: 60_000,
      onWait: () => undefined,
      throwIfInterrupted: () => Promise.reject(interrupted),
    };
    await expect(withLock(store, patience, () => undefined)).rejects.toBe(interrupted);
    await holder.release();
  });
});

describe("creating", () => {
  test("through a link to nothing is refused, and the link stays", async () => {
    const folder = emptyFolder();
    const path = join(folder, "link.yaml");
    symlinkSync(join(folder, "nowhere", "store.yaml"), path);
    await expect(createStoreFile(path, "link.yaml", sampleStore(), quiet)).rejects.toThrow(
      "link.yaml is a dangling symbolic link",
    );
    expect(readlinkSync(path)).toBe(join(folder, "nowhere", "store.yaml"));
  });

  test("never overwrites", async () => {
    const { store } = sandbox();
    const before = readFileSync(store, "utf8");
    expect(await codeOf(createStoreFile(store, "protected.yaml", sampleStore(), quiet))).toBe("store_exists");
    expect(readFileSync(store, "utf8")).toBe(before);
  });

  test("replaces an empty file, also behind a link, but nothing else", async () => {
    const folder = emptyFolder();
    const [path, link] = [join(folder, "store.yaml"), join(folder, "link.yaml")];
    writeFileSync(path, " \n", { mode: 0o640 });
    symlinkSync(path, link);
    const file = sampleStore();
    await createStoreFile(link, "link.yaml", file, quiet);
    expect(readlinkSync(link)).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readStoreFile(path, "store.yaml").data).toEqual(file.data);
    const other = join(folder, "other.yaml");
    writeFileSync(other, "x");
    expect(await codeOf(createStoreFile(other, "other.yaml", sampleStore(), quiet))).toBe("store_exists");
    expect(await codeOf(createStoreFile(folder, "folder", sampleStore(), quiet))).toBe("store_exists");
  });

  test("in a missing directory fails with the reason", async () => {
    const path = join(emptyFolder(), "no", "protected.yaml");
    expect(await codeOf(createStoreFile(path, "no/protected.yaml", sampleStore(), quiet))).toBe("file_error");
  });

  test("without write permission fails with the reason, and leaves nothing", async () => {
    await expect(createStoreFile("/proc/new.yaml", "new.yaml", sampleStore(), quiet)).rejects.toMatchObject({
      code: "file_error",
    });
    expect(existsSync("/proc/new.yaml")).toBe(false);
  });

  test("makes a store that can be read", async () => {
    const path = join(emptyFolder(), "new.yaml");
    const file = sampleStore();
    await createStoreFile(path, "new.yaml", file, quiet);
    expect(readStoreFile(path, "new.yaml").data).toEqual(file.data);
  });
});

describe("a device in the store's place", () => {
  // A clone may bring it: git keeps symbolic links to anywhere.
  test.each(["/dev/zero", "/dev/null"])("%s is refused, not read to its end", (device) => {
    const { folder } = sandbox(null);
    symlinkSync(device, join(folder, "protected.yaml"));
    expect(() => readStoreFile(join(folder, "protected.yaml"), "protected.yaml")).toThrow(
      new PprotectError("file_error", "cannot read protected.yaml: is not a regular file"),
    );
  });
});

describe("the store is looked for", () => {
  test("in the directory, or in the nearest parent up to the repository's root", () => {
    const { folder, store } = sandbox();
    const deep = join(folder, "a", "b");
    mkdirSync(deep, { recursive: true });
    expect(locateStore(folder)).toBe(store);
    expect(locateStore(deep)).toBe(join(deep, "protected.yaml"));
    mkdirSync(join(folder, ".git"));
    expect(locateStore(deep)).toBe(store);
    writeFileSync(join(folder, "a", "protected.yaml"), "");
    expect(locateStore(deep)).toBe(join(folder, "a", "protected.yaml"));
  });

  test("never beyond the repository's root, which may be a worktree", () => {
    const { folder } = sandbox();
    mkdirSync(join(folder, ".git"));
    const inner = join(folder, "inner", "deep");
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(folder, "inner", ".git"), "gitdir: elsewhere");
    expect(locateStore(inner)).toBe(join(inner, "protected.yaml"));
  });
});
