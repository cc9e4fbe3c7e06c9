import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { isNamedPipe, readNamedPipe } from "../../src/system/named-pipe.ts";
import { readRegularFile, readRegularText } from "../../src/system/read-regular-file.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

async function namedPipe(): Promise<string> {
  const path = join(emptyFolder(), "pipe");
  await Bun.spawn(["mkfifo", path]).exited;
  return path;
}

describe("a named pipe", () => {
  test("is read to its end, however slowly it is written", async () => {
    const path = await namedPipe();
    const writer = Bun.spawn(["sh", "-c", '{ sleep 0.2; printf a; sleep 0.2; printf b; } >"$1"', "sh", path]);
    expect(Buffer.from(readNamedPipe(path, 10) ?? []).toString()).toBe("ab");
    expect(await writer.exited).toBe(0);
  });

  test("that no process writes to is given up", async () => {
    const path = await namedPipe();
    expect(isNamedPipe(path)).toBe(true);
    expect(readNamedPipe(path, 10, 50)).toBeUndefined();
  });

  test("is not what a shell's <(…) gives", async () => {
    const source = `import { isNamedPipe } from ${JSON.stringify(join(import.meta.dir, "../../src/system/named-pipe.ts"))};
      console.log(isNamedPipe(process.argv[2]));`;
    const script = join(emptyFolder(), "script.ts");
    await Bun.write(script, source);
    const shell = Bun.spawn(["bash", "-c", '"$1" "$2" <(echo x)', "bash", process.execPath, script]);
    expect(await new Response(shell.stdout).text()).toBe("false\n");
  });

  test("in place of a file is refused at once, as a device is", async () => {
    for (const path of [await namedPipe(), "/dev/null"])
      expect(() => readRegularFile(path)).toThrow("not a regular file");
    expect(() => readRegularText(emptyFolder())).toThrow("EISDIR");
  });
});
