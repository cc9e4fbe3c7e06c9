import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { BEFORE, type EditBox, editBox, removeEditBoxes } from "../support/edit-box.ts";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import { cleanEnvironment, pprotect, runProgram } from "../support/run.ts";
import { ALICE, BOB, NOW, sampleStore, secretsOf } from "../support/stores.ts";
import { atTerminal } from "../support/terminal.ts";
import { until } from "../support/until.ts";

afterAll(removeEditBoxes);

/** Nothing of the text is left, and nothing was changed. */
function expectUntouched(box: EditBox, before: string): void {
  expect(readdirSync(box.runtime)).toEqual([]);
  expect(readFileSync(box.store, "utf8")).toBe(before);
}

describe("edit", () => {
  test("seals only what changed, one entry of the log each, and leaves nothing behind", async () => {
    const box = editBox();
    const sealed = box.read().data.domains.get("dev")?.secrets;
    const result = await box.edit(
      `sed -i -e 's/dev-api-key/changed/' "$1"; echo 'fresh: "new value"' >> "$1"`,
    );
    expect(result).toMatchObject({
      status: 0,
      stdout: "",
      stderr: "Edited dev: 1 added, 1 updated, 0 removed.\n",
    });
    expect(box.values()).toEqual({ ...BEFORE, "api-key": "changed", fresh: "new value" });
    expect(box.read().data.domains.get("dev")?.secrets.get("db-password")).toBe(
      sealed?.get("db-password") ?? "",
    );
    expect(
      box
        .read()
        .data.auditLog.slice(-2)
        .map((entry) => entry.slice(24)),
    ).toEqual(["added secret fresh in dev", "updated secret api-key in dev"]);
    expect(readdirSync(box.runtime)).toEqual([]);
  });

  test("is accepted by the guard", async () => {
    const box = editBox();
    const git = (...args: readonly string[]) =>
      runProgram(["git", ...args], { cwd: box.folder, env: GIT_IDENTITY });
    await git("init", "-q");
    await git("add", "protected.yaml");
    await git("commit", "-q", "-m", "store");
    await box.edit(`printf 'a: 1\\n' > "$1"`, ["dev", "--yes"]);
    await git("commit", "-q", "-a", "-m", "edit");
    const checked = await pprotect(["git", "check", "HEAD~1..HEAD"], { cwd: box.folder, env: GIT_IDENTITY });
    expect(checked).toMatchObject({ status: 0, stderr: "pprotect: 1 commit checked, 0 findings\n" });
  });

  test("without a change writes nothing, and exits with 0", async () => {
    const box = editBox();
    const before = readFileSync(box.store, "utf8");
    for (const script of ["true", `touch "$1"`, `cp "$1" "$1.new"; mv "$1.new" "$1"`]) {
      expect(await box.edit(script)).toMatchObject({ status: 0, stderr: "Nothing was changed.\n" });
      expectUntouched(box, before);
    }
  });

  test("the text is private, in memory, and beside an .editorconfig that ends the search for others", async () => {
    const box = editBox();
    await box.edit(
      `stat -c '%a %n' "$1" "$(dirname "$1")" > "$BOX/modes"; ls -A "$(dirname "$1")" > "$BOX/list"; cp "$(dirname "$1")/.editorconfig" "$BOX/config"`,
    );
    const [file = "", directory = ""] = readFileSync(box.path("modes"), "utf8").trimEnd().split("\n");
    expect(file).toMatch(new RegExp(`^600 ${box.runtime}/pprotect-\\w+/secrets\\.yaml$`));
    expect(directory).toStartWith("700 ");
    expect(readFileSync(box.path("list"), "utf8")).toBe(".editorconfig\nsecrets.yaml\n");
    expect(readFileSync(box.path("config"), "utf8")).toBe("root = true\n");
  });

  test("the editor does not inherit credentials", async () => {
    const box = editBox();
    await box.edit(`env > "$BOX/environment"`);
    expect(readFileSync(box.path("environment"), "utf8")).not.toContain("PPROTECT_PASSPHRASE");
  });

  test("what an editor leaves beside the file is removed with it", async () => {
    const box = editBox();
    await box.edit(`cp "$1" "$1~"; cp "$1" "$(dirname "$1")/.secrets.yaml.swp"; mkdir "$(dirname "$1")/sub"`);
    expect(readdirSync(box.runtime)).toEqual([]);
  });

  test("some secrets only, and DOMAIN/SECRET", async () => {
    const box = editBox();
    const show = `grep -v '^#' "$1" | tee "$BOX/seen" > /dev/null; sed -i s/dev-api-key/changed/ "$1"`;
    expect((await box.edit(show, ["dev", "api-key"])).status).toBe(0);
    expect(readFileSync(box.path("seen"), "utf8")).toBe('api-key: "dev-api-key"\n');
    expect((await box.edit('sed -i s/changed/again/ "$1"', ["dev/api-key"])).status).toBe(0);
    expect(box.values()).toEqual({ ...BEFORE, "api-key": "again" });
    expect((await box.edit("true", ["dev", "--editor", " "])).stderr).toBe("pprotect: --editor is empty\n");
    expect((await box.edit("true", ["dev", "nothing"])).stderr).toContain('no secret "nothing"');
    const taken = await box.edit(`echo 'db-password: x' >> "$1"`, ["dev", "api-key"]);
    expect(taken.stderr).toContain('"db-password" exists and is not one of those');
  });

  test("--format dotenv", async () => {
    const box = editBox();
    const result = await box.edit('sed -i s/prod-token/changed/ "$1"', ["prod", "--format", "dotenv"]);
    expect(result.status).toBe(0);
    expect(box.values("prod")).toEqual({ token: "changed" });
    expect((await box.edit("true", ["dev", "--format=dotenv"])).stderr).toContain(
      "dotenv format cannot hold it",
    );
  });

  test("every value comes back as it was", async () => {
    const nasty = {
      lines: "a\nb\n\n",
      indented: "  a\n\tb",
      number: "0123",
      word: "null",
      comment: "a # b",
      hash: "#| ERROR",
      nul: "a\0b",
      cr: "a\r\nb",
      unicode: "é漢🎲\u2028\ufeff",
      empty: "",
    };
    const text = Object.entries(nasty)
      .reduce((file, [name, value]) => file.setSecret("prod", name, value), sampleStore())
      .toString();
    const box = editBox(text);
    expect((await box.edit(`printf 'added: 1\\n' >> "$1"`, ["prod"])).stderr).toBe(
      "Edited prod: 1 added, 0 updated, 0 removed.\n",
    );
    expect(box.values("prod")).toEqual({ ...nasty, token: "prod-token", added: "1" });
  });

  test("a domain without secrets gets its first ones", async () => {
    const box = editBox(sampleStore().addDomain("stage", ALICE.name, NOW).toString());
    expect((await box.edit(`echo 'first: 1' >> "$1"`, ["stage"])).status).toBe(0);
    expect(box.values("stage")).toEqual({ first: "1" });
  });

  test("names that vanished are asked about", async () => {
    const remove = `sed -i '/^api-key/d' "$1"; echo 'new: 1' >> "$1"`;
    const removing = editBox();
    expect((await removing.edit(remove, ["dev", "--yes"])).status).toBe(0);
    expect(removing.values()).toEqual({ "db-password": BEFORE["db-password"] ?? "", new: "1" });
    const keeping = editBox();
    const kept = await keeping.edit(remove, ["dev"], "n\n");
    expect(kept.stderr).toContain("Remove 1 secret from dev (api-key)? [y/N] ");
    expect(keeping.values()).toEqual({ ...BEFORE, new: "1" });
    const refusing = editBox();
    const before = readFileSync(refusing.store, "utf8");
    expect((await refusing.edit(remove, ["dev", "--non-interactive"])).status).toBe(1);
    expectUntouched(refusing, before);
  });

  test("a blank text removes nothing, not with --yes either", async () => {
    const box = editBox();
    const before = readFileSync(box.store, "utf8");
    const result = await box.edit(`echo > "$1"`, ["dev", "--yes"]);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("the edited text is empty; nothing was changed");
    expectUntouched(box, before);
  });
});

describe("what is wrong in the text", () => {
  test.each([
    ["a syntax error", `echo 'x: [hunter2' >> "$1"`],
    ["an invalid name", `echo '1x: hunter2' >> "$1"`],
    ["a name twice", `echo 'api-key: hunter2' >> "$1"`],
    ["a null", `echo 'x: ' >> "$1"`],
    ["bytes that are not text", `printf 'x: \\377' >> "$1"`],
  ])("without a terminal ends the command: %s", async (_, script) => {
    const box = editBox();
    const before = readFileSync(box.store, "utf8");
    const result = await box.edit(script);
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).not.toContain("hunter2");
    expectUntouched(box, before);
  });

  test("at a terminal goes back to the editor, with the message and its line at the top", async () => {
    const box = editBox();
    const script = box.write(
      "editor",
      `#!/bin/sh
if test -e "$BOX/second"; then cp "$1" "$BOX/second"; sed -i '/^1x/d' "$1"; echo 'fixed: 1' >> "$1"
else touch "$BOX/second"; echo '1x: 2' >> "$1"; fi
`,
    );
    chmodSync(script, 0o755);
    const session = atTerminal(["edit", "dev"], { cwd: box.folder, env: { ...box.env, EDITOR: script } });
    await session.waitFor("Edited dev: 1 added, 0 updated, 0 removed.");
    expect(await session.exited).toBe(0);
    expect(box.values()).toEqual({ ...BEFORE, fixed: "1" });
    const second = readFileSync(box.path("second"), "utf8").split("\n");
    const line = second.findIndex((each) => each.startsWith("1x")) + 1;
    expect(second[0]).toBe(
      `#| ERROR: line ${line}: invalid secret name "1x": use a letter, then ASCII letters, digits, "-" or "_"`,
    );
    expect(second[1]).toBe("#| Fix it, save and close; or close without a change to give up.");
    expect(readdirSync(box.runtime)).toEqual([]);
  });

  test("closed without a change gives up", async () => {
    const box = editBox();
    const before = readFileSync(box.store, "utf8");
    const script = box.write("editor", `#!/bin/sh\ngrep -q ERROR "$1" || echo '1x: 2' >> "$1"\n`);
    chmodSync(script, 0o755);
    const session = atTerminal(["edit", "dev"], { cwd: box.folder, env: { ...box.env, EDITOR: script } });
    expect(await session.exited).toBe(1);
    expect(session.screen()).toContain('invalid secret name "1x"');
    expectUntouched(box, before);
  });
});

describe("a store that changes meanwhile", () => {
  const PUT = (domain: string, name: string, value: string) =>
    `printf %s ${value} | "$PPROTECT" set-secret --file "$BOX/protected.yaml" ${domain} ${name} 2> /dev/null`;

  test("is merged: what others changed stays", async () => {
    const box = editBox();
    const script = `${PUT("dev", "db-password", "theirs")}; ${PUT("dev", "extra", "theirs")}; sed -i s/dev-api-key/mine/ "$1"`;
    expect((await box.edit(script)).status).toBe(0);
    expect(box.values()).toEqual({ "api-key": "mine", "db-password": "theirs", extra: "theirs" });
  });

  test("also after the domain got a new key", async () => {
    const box = editBox();
    const script =
      `"$PPROTECT" rotate-domain-keys --file "$BOX/protected.yaml" -u ${ALICE.name} --passphrase-file "$BOX/alice.pw" dev 2> /dev/null;` +
      ` sed -i s/dev-api-key/mine/ "$1"`;
    expect((await box.edit(script)).status).toBe(0);
    expect(box.values()).toEqual({ ...BEFORE, "api-key": "mine" });
    expect(secretsOf(box.read(), "dev", BOB)).toEqual({ ...BEFORE, "api-key": "mine" });
  });

  test("a secret that both changed is asked about", async () => {
    const script = `${PUT("dev", "api-key", "theirs")}; sed -i s/dev-api-key/mine/ "$1"`;
    const refused = editBox();
    const result = await refused.edit(script, ["dev", "--non-interactive"]);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("another process changed api-key");
    expect(refused.values()).toEqual({ ...BEFORE, "api-key": "theirs" });
    const overwritten = editBox();
    expect((await overwritten.edit(script, ["dev", "--yes"])).status).toBe(0);
    expect(overwritten.values()).toEqual({ ...BEFORE, "api-key": "mine" });
    const asked = editBox();
    expect((await asked.edit(script, ["dev"], "y\n")).stderr).toContain("Overwrite with your values? [y/N] ");
    expect(asked.values()).toEqual({ ...BEFORE, "api-key": "mine" });
  });

  test("at a terminal, who does not overwrite gets the text back in the editor", async () => {
    const box = editBox();
    const script = box.write(
      "editor",
      `#!/bin/sh
if grep -q ERROR "$1"; then cp "$1" "$BOX/second"; sed -i s/mine/dev-api-key/ "$1"; echo 'fresh: 1' >> "$1"
else ${PUT("dev", "api-key", "theirs")}; sed -i s/dev-api-key/mine/ "$1"; fi
`,
    );
    chmodSync(script, 0o755);
    const session = atTerminal(["edit", "dev"], { cwd: box.folder, env: { ...box.env, EDITOR: script } });
    await session.waitFor("Overwrite with your values? [y/N]");
    session.type("n\r");
    await session.waitFor("Edited dev: 1 added, 0 updated, 0 removed.");
    expect(await session.exited).toBe(0);
    expect(box.values()).toEqual({ ...BEFORE, "api-key": "theirs", fresh: "1" });
    const second = readFileSync(box.path("second"), "utf8");
    expect(second).toContain(
      "#| ERROR: another process changed api-key in the meantime; nothing was changed",
    );
    expect(second).toContain('api-key: "mine"');
  });

  test("at a terminal, a store that cannot be written gives the text back too", async () => {
    const box = editBox();
    const script = box.write(
      "editor",
      `#!/bin/sh
if grep -q ERROR "$1"; then cp "$1" "$BOX/second"; mv "$BOX/aside" "$BOX/protected.yaml"; echo >> "$1"
else mv "$BOX/protected.yaml" "$BOX/aside"; echo '<<<<<<<' > "$BOX/protected.yaml"; sed -i s/dev-api-key/mine/ "$1"; fi
`,
    );
    chmodSync(script, 0o755);
    const session = atTerminal(["edit", "dev"], { cwd: box.folder, env: { ...box.env, EDITOR: script } });
    await session.waitFor("Edited dev: 0 added, 1 updated, 0 removed.");
    expect(await session.exited).toBe(0);
    expect(readFileSync(box.path("second"), "utf8")).toContain('api-key: "mine"');
    expect(box.values()).toEqual({ ...BEFORE, "api-key": "mine" });
  });

  test("both made the same change", async () => {
    const box = editBox();
    const script = `${PUT("dev", "api-key", "same")}; sed -i s/dev-api-key/same/ "$1"`;
    expect((await box.edit(script)).status).toBe(0);
    expect(box.values()).toEqual({ ...BEFORE, "api-key": "same" });
  });

  test("the domain is gone", async () => {
    const box = editBox();
    const result = await box.edit(
      `"$PPROTECT" rm-domain --file "$BOX/protected.yaml" dev 2> /dev/null; sed -i s/dev-api-key/x/ "$1"`,
    );
    expect(result.stderr).toContain('no domain "dev"');
    expect(readdirSync(box.runtime)).toEqual([]);
  });
});

const NOT_READ = (why: string): string => `cannot read the edited text: ${why}; nothing was changed\n`;

describe("nothing is left behind and nothing changed when", () => {
  test.each([
    ["the editor fails", "exit 3", "failed with exit status 3"],
    ["the editor crashes", "kill -SEGV $$", "ended by a signal"],
    ["the editor is killed", "kill -KILL $$", "ended by a signal"],
    ["its file is a named pipe", 'rm "$1"; mkfifo "$1"', NOT_READ("is not a regular file")],
    ["its file is a directory", 'rm "$1"; mkdir "$1"', NOT_READ("is a directory")],
    ["its file is a device", 'rm "$1"; ln -s /dev/zero "$1"', NOT_READ("is not a regular file")],
    ["its file is gone", 'rm "$1"', NOT_READ("no such file or directory")],
  ])("%s", async (_, script, message) => {
    const box = editBox();
    const before = readFileSync(box.store, "utf8");
    const result = await box.edit(`sed -i s/dev-api-key/x/ "$1"; ${script}`);
    expect(result.status).not.toBe(0);
    expect(result.stderr).toContain(message);
    expectUntouched(box, before);
  });

  test("there is no such editor, or none at all", async () => {
    const box = editBox();
    const before = readFileSync(box.store, "utf8");
    const options = { cwd: box.folder, env: box.env };
    const missing = await pprotect(["edit", "dev", "--editor", "no-such-editor --wait"], options);
    expect(missing.stderr).toContain('the editor "no-such-editor --wait" (from --editor) was not found');
    expect((await pprotect(["edit", "dev"], options)).stderr).toContain("no editor: this is not a terminal");
    expectUntouched(box, before);
  });

  test.each(["SIGTERM", "SIGHUP", "SIGKILL"] as const)("pprotect gets %s", async (signal) => {
    const box = editBox();
    const before = readFileSync(box.store, "utf8");
    const script = box.write(
      "editor",
      `#!/bin/sh\nsed -i s/dev-api-key/x/ "$1"\ntouch "$BOX/ready"\nexec sleep 60\n`,
    );
    chmodSync(script, 0o755);
    const child = Bun.spawn([binary(), "edit", "dev"], {
      cwd: box.folder,
      env: cleanEnvironment(box.folder, { ...box.env, EDITOR: script }),
      stdio: ["ignore", "ignore", "ignore"],
    });
    while (!existsSync(box.path("ready"))) await Bun.sleep(10);
    child.kill(signal);
    expect(await child.exited).not.toBe(0);
    await until(() => readdirSync(box.runtime).length === 0);
    expectUntouched(box, before);
  });

  test("but not with nohup: neither the editor nor pprotect heeds the signal", async () => {
    const box = editBox();
    const editor = box.write(
      "editor",
      '#!/bin/sh\ntouch "$BOX/ready"\nkill -HUP $$ $PPID\nsed -i s/dev-api-key/after/ "$1"\n',
    );
    chmodSync(editor, 0o755);
    const line = `trap '' HUP; '${binary()}' edit dev`;
    const { status } = await runProgram(["bash", "-c", line], {
      cwd: box.folder,
      env: { ...box.env, EDITOR: editor },
    });
    expect([status, box.values()["api-key"]]).toEqual([0, "after"]);
  });

  test("the terminal is closed", async () => {
    const box = editBox();
    const before = readFileSync(box.store, "utf8");
    const script = box.write("editor", `#!/bin/sh\necho READY\nexec sleep 600\n`);
    chmodSync(script, 0o755);
    const session = atTerminal(["edit", "dev"], { cwd: box.folder, env: { ...box.env, EDITOR: script } });
    await session.waitFor("READY");
    session.hangUp();
    await session.exited;
    await until(() => readdirSync(box.runtime).length === 0);
    expectUntouched(box, before);
  });
});

describe("an editor", () => {
  test("a wrapper with options and quotes, as `code --wait` is", async () => {
    const box = editBox();
    mkdirSync(box.path("my apps"));
    const wrapper = join(box.path("my apps"), "ide");
    box.write("my apps/ide", `#!/bin/sh\ntest "$1" = --wait && sed -i s/dev-api-key/by-ide/ "$2"\n`);
    chmodSync(wrapper, 0o755);
    const env = { ...box.env, VISUAL: `'${wrapper}' --wait`, EDITOR: "false" };
    expect((await pprotect(["edit", "dev"], { cwd: box.folder, env })).status).toBe(0);
    expect(box.values()).toEqual({ ...BEFORE, "api-key": "by-ide" });
  });

  test("sed -i, by PPROTECT_EDITOR before VISUAL and EDITOR", async () => {
    const box = editBox();
    const env = {
      ...box.env,
      PPROTECT_EDITOR: "sed -i s/dev-api-key/by-sed/",
      VISUAL: "false",
      EDITOR: "false",
    };
    expect((await pprotect(["edit", "dev"], { cwd: box.folder, env })).status).toBe(0);
    expect(box.values()).toEqual({ ...BEFORE, "api-key": "by-sed" });
  });
});
