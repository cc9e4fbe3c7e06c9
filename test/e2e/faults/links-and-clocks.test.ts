import { afterAll, describe, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isProof } from "../../../src/store/trust/proof.ts";
import { binary } from "../../support/binary.ts";
import { inputOf, STORE_WRITERS } from "../../support/command-table.ts";
import { GIT_IDENTITY } from "../../support/git-identity.ts";
import { pprotect, runProgram } from "../../support/run.ts";
import { emptyFolder, removeFolders, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { ALICE, BOB, secretsOf } from "../../support/stores.ts";
import { answerAll, atTerminal } from "../../support/terminal.ts";

afterAll(removeFolders);

/** Needs git, or a store that is not there yet. */
const NEEDS_MORE = /^(?:git |init|restore-secret)/;

describe("a store that is a symbolic link", () => {
  test.each(STORE_WRITERS.filter(({ name }) => !NEEDS_MORE.test(name)))(
    "stays one through `$name`, and what it points to changes as a whole",
    async (each) => {
      const box = await each.prepare();
      const elsewhere = emptyFolder();
      const target = join(elsewhere, "real.yaml");
      copyFileSync(box.store, target);
      await rm(box.store);
      symlinkSync(target, box.store);
      const before = readFileSync(target, "utf8");
      const { ino } = lstatSync(target);
      const result = await pprotect(each.args, { cwd: box.folder, input: inputOf(each) });
      expect([result.status, result.stderr]).toEqual([0, result.stderr]);
      expect(readlinkSync(box.store)).toBe(target);
      expect(lstatSync(target).isFile() && lstatSync(target).ino !== ino).toBe(true);
      expect(readFileSync(target, "utf8")).not.toBe(before);
      expect(readdirSync(elsewhere)).toEqual(["real.yaml"]);
      box.read();
    },
  );

  test("to nothing is refused by `init`, and stays one", async () => {
    const box = sandbox(null);
    symlinkSync("nowhere/store.yaml", box.store);
    const args = ["init", "-u", "x", "--passphrase-file", box.fresh, "--key-type", "fast"];
    const result = await pprotect(args, { cwd: box.folder });
    expect([result.status, result.stderr]).toEqual([
      1,
      "pprotect: protected.yaml is a dangling symbolic link\nhint: remove the link, or create its target\n",
    ]);
    expect(readlinkSync(box.store)).toBe("nowhere/store.yaml");
  });

  test("that goes round in a circle is one clear line", async () => {
    const box = sandbox(null);
    symlinkSync("protected.yaml", box.store);
    const result = await pprotect(["list-domains"], { cwd: box.folder });
    expect([result.status, result.stderr]).toEqual([
      1,
      "pprotect: cannot read protected.yaml: too many levels of symbolic links\n",
    ]);
  });
});

describe("another program that changes the store as a command is at its questions", () => {
  const asAlice = [
    ["User email: ", ALICE.name],
    ["Passphrase: ", ALICE.passphrase],
  ] as const;

  test("keeps what it wrote, and so does the command", async () => {
    const box = sandbox();
    const session = atTerminal(["add-domain"], { cwd: box.folder });
    await answerAll(session, asAlice);
    await session.waitFor("Domain name: ");
    box.write("protected.yaml", box.read().addSecret("dev", "meanwhile", "v").toString());
    session.type("stage\r");
    expect(await session.exited).toBe(0);
    expect([...box.read().data.domains.keys()].toSorted()).toEqual(["dev", "prod", "stage"]);
    expect(secretsOf(box.read(), "dev", BOB).meanwhile).toBe("v");
  });

  test("so that it is no longer a store: one clear line, and the file is left as that program wrote it", async () => {
    for (const text of ["<<<<<<< ours\n=======\n>>>>>>> theirs\n", "", "half: of"]) {
      const box = sandbox();
      const session = atTerminal(["rm-secret", "dev", "--yes"], { cwd: box.folder });
      await session.waitFor("Secret name: ");
      box.write("protected.yaml", text);
      session.type("api-key\r");
      expect(await session.exited).toBe(1);
      expect(session.screen()).toMatch(
        /^pprotect: protected\.yaml:\d+: [^\r\n]+\r\n(?:hint: [^\r\n]+\r\n)?$/m,
      );
      expect(readFileSync(box.store, "utf8")).toBe(text);
    }
  });

  test("or removes it: it is not created again", async () => {
    const box = sandbox();
    const session = atTerminal(["rm-secret", "dev", "--yes"], { cwd: box.folder });
    await session.waitFor("Secret name: ");
    await rm(box.store);
    session.type("api-key\r");
    expect(await session.exited).toBe(2);
    expect(existsSync(box.store)).toBe(false);
  });
});

describe("a clock that went backwards", () => {
  const LATER = "2999-12-31T23:59:59Z";

  test.each(STORE_WRITERS.filter(({ name }) => !NEEDS_MORE.test(name)))(
    "keeps no entry of the audit log from `$name`, nor changes their order",
    async (each) => {
      const box = await each.prepare();
      const future = box
        .read()
        .toString()
        .replaceAll(/^- \d{4}-\S+Z/gm, `- ${LATER}`);
      box.write("protected.yaml", future);
      const before = box.read().data.auditLog;
      expect(before[0]).toStartWith(LATER);
      const result = await pprotect(each.args, { cwd: box.folder, input: inputOf(each) });
      expect([result.status, result.stderr]).toEqual([0, result.stderr]);
      const { auditLog } = box.read().data;
      if (each.name === "truncate-audit-log") {
        const needed = before.slice(0, -2).filter(isProof);
        expect(auditLog.slice(1)).toEqual([...needed, ...before.slice(-2)]);
      } else {
        expect(auditLog.slice(0, before.length)).toEqual([...before]);
        expect(auditLog.slice(before.length).filter((entry) => !isProof(entry))).not.toEqual([]);
        expect((auditLog.at(-1) ?? "") < LATER).toBe(true);
      }
    },
  );

  test("is nothing that the guard or a merge would stumble over", async () => {
    const box = await conflictFreeBranches(LATER);
    const merged = await runProgram(["git", "merge", "-q", "-m", "merge", "other"], {
      cwd: box.folder,
      env: WITH_HOOK,
    });
    expect([merged.status, merged.stderr]).toEqual([0, ""]);
    const { auditLog, domains } = box.read().data;
    expect([...(domains.get("dev")?.secrets.keys() ?? [])].toSorted()).toEqual([
      "api-key",
      "db-password",
      "mine",
      "other",
    ]);
    expect(auditLog.filter((entry) => entry.endsWith("set secret mine in dev"))).toHaveLength(1);
    expect(auditLog.filter((entry) => entry.endsWith("set secret other in dev"))).toHaveLength(1);
    const checked = await pprotect(["git", "check", "--all"], { cwd: box.folder });
    expect([checked.status, checked.stdout]).toEqual([0, ""]);
  });
});

/** The hook looks for pprotect on the PATH. */
const WITH_HOOK = { ...GIT_IDENTITY, PATH: `${dirname(binary())}:${process.env.PATH}` };

/** A repository with a log from the future, and two branches that each add a secret by today's clock. */
async function conflictFreeBranches(later: string): Promise<Sandbox> {
  const box = sandbox(
    sandbox()
      .read()
      .toString()
      .replaceAll(/^- \d{4}-\S+Z/gm, `- ${later}`),
  );
  const must = async (...command: readonly string[]): Promise<void> => {
    const { status, stderr } = await runProgram(command, { cwd: box.folder, env: WITH_HOOK });
    expect([command, status, stderr]).toEqual([command, 0, stderr]);
  };
  const add = (name: string) => must(binary(), "set-secret", "dev", name, "--generate");
  await must("git", "init", "-q", "-b", "main");
  await must(binary(), "git", "install");
  await must("git", "add", "protected.yaml", ".gitattributes");
  await must("git", "commit", "-q", "-m", "store");
  await must("git", "checkout", "-q", "-b", "other");
  await add("other");
  await must("git", "commit", "-qam", "other");
  await must("git", "checkout", "-q", "main");
  await add("mine");
  await must("git", "commit", "-qam", "mine");
  return box;
}
