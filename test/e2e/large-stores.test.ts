import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { sealSecret } from "../../src/store/domain.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { findDomain } from "../../src/store/lookup.ts";
import { MANY_SECRETS } from "../../src/store/many-secrets.ts";
import { type BenchStore, OWNER, putStore, storeOf } from "../bench/stores.ts";
import { binary } from "../support/binary.ts";
import { cleanEnvironment, pprotect } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

/** Enough for a second thread, which then has work for more than 100 ms. */
const SECRETS = 5_000;
const CREDENTIALS = ["-u", OWNER, "--passphrase-file", "pass"];

let store: BenchStore;
let values: Record<string, string>;

beforeAll(() => {
  store = storeOf(SECRETS, "raw");
  const owner = store.file.unlock({ name: OWNER, passphrase: store.passphrase });
  if (!owner) throw new Error("the passphrase is wrong");
  values = Object.fromEntries(store.file.decryptDomain("dev", owner));
  expect(Object.keys(values)).toHaveLength(SECRETS);
});

function firstOf(all: Readonly<Record<string, string>>, count: number): Record<string, string> {
  return Object.fromEntries(Object.entries(all).slice(0, count));
}

/** A folder with the store in it, or with another one with the same key. */
function folderWith(file: KeyFile = store.file): string {
  const folder = emptyFolder();
  putStore(folder, { ...store, file });
  return folder;
}

/** The store with another sealed value for one secret. */
function withValue(name: string, sealed: string): KeyFile {
  const { data } = store.file;
  const dev = findDomain(data, "dev");
  const secrets = new Map(dev.secrets).set(name, sealed);
  return KeyFile.from({ ...data, domains: new Map(data.domains).set("dev", { ...dev, secrets }) });
}

describe("the secrets of a large domain", () => {
  test("are printed, in order", async () => {
    const { status, stdout } = await pprotect(["decrypt-domain", "dev", ...CREDENTIALS], {
      cwd: folderWith(),
    });
    expect(status).toBe(0);
    expect(stdout).toBe(`${JSON.stringify(values, undefined, 2)}\n`);
  });

  test("are printed without a JIT", async () => {
    const cwd = emptyFolder();
    // Only as many as need a second thread: it takes most of a millisecond for each.
    putStore(cwd, storeOf(MANY_SECRETS, "raw"));
    const env = { BUN_JSC_useJIT: "0" };
    const { stdout } = await pprotect(["decrypt-domain", "dev", ...CREDENTIALS], { cwd, env });
    expect(stdout).toBe(`${JSON.stringify(firstOf(values, MANY_SECRETS), undefined, 2)}\n`);
  });

  test("are the same in every form that holds them", async () => {
    const cwd = folderWith();
    const { stdout } = await pprotect(["decrypt-domain", "dev", ...CREDENTIALS, "--json"], { cwd });
    const entries = Object.entries(values).map(([name, value]) => ({ name, value }));
    expect(JSON.parse(stdout).result).toEqual({ domain: "dev", secrets: entries });
    const exported = await pprotect(["export", "dev", "--format", "json", ...CREDENTIALS], { cwd });
    expect(JSON.parse(exported.stdout)).toEqual(values);
  });

  test("are the same after a rotation, and each is sealed again", async () => {
    const cwd = folderWith();
    expect(await pprotect(["rotate-domain-keys", "dev", ...CREDENTIALS], { cwd })).toMatchObject({
      status: 0,
    });
    const rotated = KeyFile.parse(readFileSync(`${cwd}/protected.yaml`), "protected.yaml");
    const [before, after] = [store.file, rotated].map(({ data }) => findDomain(data, "dev"));
    expect(after?.publicKey).not.toBe(before?.publicKey);
    const kept = new Set(before?.secrets.values());
    expect([...(after?.secrets.values() ?? [])].filter((sealed) => kept.has(sealed))).toEqual([]);
    const owner = rotated.unlock({ name: OWNER, passphrase: store.passphrase });
    expect(owner && Object.fromEntries(rotated.decryptDomain("dev", owner))).toEqual(values);
  });
});

describe("one secret among them that cannot be opened", () => {
  const NAME = "secret-003456";
  const cases = (): Record<string, [sealed: string, message: string]> => {
    const sealed = findDomain(store.file.data, "dev").secrets.get(NAME) ?? "";
    const damaged = `${sealed.slice(0, 80)}${sealed[80] === "A" ? "B" : "A"}${sealed.slice(81)}`;
    const elsewhere = KeyFile.create().addCustodian({ name: OWNER, passphrase: store.passphrase }, "raw");
    const other = findDomain(elsewhere.addDomain("other", OWNER).data, "other");
    const message = `cannot open secret "${NAME}" in domain "dev": it is sealed to another key or damaged`;
    return { damaged: [damaged, message], "sealed to another key": [sealSecret(other, "x"), message] };
  };

  test.each(["damaged", "sealed to another key"])(
    "%s: nothing is printed, and nothing changed",
    async (kind) => {
      const [sealed, message] = cases()[kind] ?? ["", ""];
      const cwd = folderWith(withValue(NAME, sealed));
      const text = readFileSync(`${cwd}/protected.yaml`, "utf8");
      const before = readdirSync(cwd).filter((name) => name !== ".local");
      for (const command of ["decrypt-domain", "rotate-domain-keys"]) {
        const result = await pprotect([command, "dev", ...CREDENTIALS], { cwd });
        expect(result).toMatchObject({ status: 1, stdout: "" });
        expect(result.stderr).toContain(`pprotect: ${message}\n`);
      }
      expect(readFileSync(`${cwd}/protected.yaml`, "utf8")).toBe(text);
      expect(readdirSync(cwd).filter((name) => name !== ".local")).toEqual(before);
    },
  );
});

// Elsewhere there is no second thread, or no way to see it.
const TICKS = process.platform === "linux" && navigator.hardwareConcurrency > 1 ? 3 : 0;

test("a second thread of the binary opens secrets, and Ctrl-C ends both", async () => {
  const cwd = folderWith();
  const start = () =>
    Bun.spawn([binary(), "decrypt-domain", "dev", ...CREDENTIALS], {
      cwd,
      env: cleanEnvironment(cwd),
      stdio: ["ignore", "pipe", "ignore"],
    });
  let child = start();
  let ticks = 0;
  // The output does not fit into the pipe, so the process is there until it is read.
  for (let waited = 0; child.exitCode === null && ticks < TICKS; ) {
    ticks = Math.max(ticks, ticksOfSecondThread(child.pid));
    await Bun.sleep(1);
    waited = stateOf(child.pid) === "S" ? waited + 1 : 0;
    if (waited < 100) continue;
    // On a busy machine the first thread may have opened all before the second one had a processor.
    child.kill("SIGKILL");
    await child.exited;
    child = start();
    [waited, ticks] = [0, 0];
  }
  child.kill("SIGINT");
  const stdout = await new Response(child.stdout).text();
  await child.exited;
  expect(ticks).toBeGreaterThanOrEqual(TICKS);
  expect(child.signalCode).toBe("SIGINT");
  expect(stdout).not.toContain(Object.keys(values).at(-1));
});

/** The processor time of a process's second thread, in hundredths of a second. */
function ticksOfSecondThread(pid: number): number {
  const times = listed(`/proc/${pid}/task`).map((id) => {
    const stat = contentOf(`/proc/${pid}/task/${id}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return stat.includes("(Worker)") ? Number(fields[11]) + Number(fields[12]) : 0;
  });
  return Math.max(0, ...times);
}

/** Whether the process's first thread runs (`R`) or waits (`S`). */
function stateOf(pid: number): string | undefined {
  const stat = contentOf(`/proc/${pid}/stat`);
  return stat[stat.lastIndexOf(")") + 2];
}

function listed(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
