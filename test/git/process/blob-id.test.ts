import { afterAll, expect, test } from "bun:test";
import { isBlob } from "../../../src/git/process/blob-id.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

for (const format of ["sha1", "sha256"]) {
  test(`a blob has the id that git gives it with ${format}, and no other`, () => {
    const cwd = emptyFolder();
    Bun.spawnSync(["git", "init", "-q", `--object-format=${format}`], { cwd });
    const bytes = Buffer.from("blob 3\0é\r\n");
    const { stdout } = Bun.spawnSync(["git", "hash-object", "--stdin"], { cwd, stdin: bytes });
    const id = stdout.toString().trim();
    expect(isBlob(id, [bytes])).toBe(true);
    expect(isBlob(id, [bytes.subarray(0, 4), new Uint8Array(), bytes.subarray(4)])).toBe(true);
    expect(isBlob(id, [bytes.subarray(1)])).toBe(false);
    expect(isBlob(id.slice(1), [bytes])).toBe(false);
  });
}
