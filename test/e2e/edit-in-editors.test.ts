import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { BEFORE, editBox, removeEditBoxes } from "../support/edit-box.ts";
import { needs } from "../support/programs.ts";
import { pprotect } from "../support/run.ts";
import { atTerminal } from "../support/terminal.ts";

afterAll(removeEditBoxes);

describe("real editors", () => {
  test.if(needs("vim"))("vim leaves no swap, undo, backup and history files", async () => {
    const box = editBox();
    mkdirSync(box.path("traces"));
    box.write(
      ".vimrc",
      `set backup backupdir=${box.path("traces")} undofile undodir=${box.path("traces")} directory=${box.path("traces")} viminfo='100,n${box.path("traces")}/viminfo\n`,
    );
    const session = atTerminal(["edit", "dev"], { cwd: box.folder, env: { ...box.env, EDITOR: "vim" } });
    await session.waitFor("dev-api-key");
    session.type(":%s/dev-api-key/by-vim/\r");
    session.type(":w\r");
    await session.waitFor("written");
    expect(readdirSync(box.path("traces"))).toEqual([]);
    session.type(":q\r");
    expect(await session.exited).toBe(0);
    expect(box.values()).toEqual({ ...BEFORE, "api-key": "by-vim" });
    expect(readdirSync(box.path("traces"))).toEqual([]);
    expect(existsSync(box.path(".viminfo"))).toBe(false);
    expect(readdirSync(box.runtime)).toEqual([]);
  });

  test.if(needs("vim"))("vim takes no settings from a value, whatever its configuration says", async () => {
    const box = editBox();
    box.write(".vimrc", "set modeline modelines=99\n");
    await box.edit(`printf 'a: |\\n  # vim: set textwidth=33 :\\n' >> "$1"`);
    expect(box.values().a).toBe("# vim: set textwidth=33 :\n");
    const line = `vim -es -u .vimrc -c 'call writefile([&textwidth], "${box.path("width")}")' -c qa!`;
    await pprotect(["edit", "dev", "--editor", line], { cwd: box.folder, env: box.env });
    expect(readFileSync(box.path("width"), "utf8")).toBe("0\n");
  });

  test.if(needs("nano"))("nano leaves no backup, whatever its configuration says", async () => {
    const box = editBox();
    mkdirSync(box.path("traces"));
    box.write(".nanorc", `set backup\nset backupdir "${box.path("traces")}"\nset locking\nset historylog\n`);
    const session = atTerminal(["edit", "dev"], { cwd: box.folder, env: { ...box.env, EDITOR: "nano" } });
    await session.waitFor("dev-api-key");
    session.type("fresh: 1\r\x0f\r\x18");
    await session.exited;
    expect(readdirSync(box.path("traces"))).toEqual([]);
    expect(readdirSync(box.runtime)).toEqual([]);
  });
});
