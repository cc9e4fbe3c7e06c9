import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { pprotect } from "../support/run.ts";
import { emptyFolder, removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

/** A folder with a store and a template. */
function project(template: string | Uint8Array, text?: string) {
  const box = sandbox(text);
  box.write("t", template);
  const env = {
    PPROTECT_USER: ALICE.name,
    PPROTECT_PASSPHRASE: ALICE.passphrase,
    XDG_STATE_HOME: emptyFolder(),
  };
  const inject = (args: readonly string[], input = "") =>
    pprotect(["inject", ...args], { cwd: box.folder, env, input });
  return { ...box, env, inject };
}

describe("inject", () => {
  test("fills a template on standard output, and says nothing else", async () => {
    const { inject } = project("key={{api-key}}\ntoken={{prod/token}}\n");
    expect(await inject(["--domain", "dev", "t"])).toMatchObject({
      status: 0,
      stdout: "key=dev-api-key\ntoken=prod-token\n",
      stderr: "",
    });
  });

  test("takes a template from standard input", async () => {
    const { inject } = project("");
    expect((await inject(["-"], "{{prod/token}}")).stdout).toBe("prod-token");
    expect((await inject(["-"], "\n{{prod/tokne}}")).stderr).toStartWith(
      "pprotect: standard input:2: no secret",
    );
  });

  test("does not fill what a value has in braces", async () => {
    const text = sampleStore().setSecret("dev", "api-key", "{{prod/token}}").toString();
    expect((await project("{{dev/api-key}}", text).inject(["t"])).stdout).toBe("{{prod/token}}");
  });

  test("keeps a binary template to the byte", async () => {
    const { inject } = project(
      Buffer.concat([new Uint8Array([0, 255, 10, 128]), Buffer.from("{{prod/token}}")]),
    );
    const { bytes } = await inject(["t"]);
    expect(Buffer.from(bytes).toString("latin1")).toBe("\0\xff\n\x80prod-token");
    expect((await inject(["t", "--json"])).stdout).toContain("invalid_template");
  });

  test("opens only what it refers to, and does not ask for credentials if that is nothing", async () => {
    const store = sampleStore().addSecret("dev", "broken", "x");
    const own = store.data.domains.get("dev")?.secrets.get("broken") ?? "";
    const other = store.data.domains.get("prod")?.secrets.get("token") ?? "";
    const { inject, folder } = project("{{dev/api-key}}", store.toString().replace(own, other));
    expect((await inject(["t"])).stdout).toBe("dev-api-key");
    expect((await inject(["-"], "{{dev/broken}}")).stderr).toContain("cannot open");
    const nothing = await pprotect(["inject", "-"], { cwd: folder, input: 'none {{"{{"}}' });
    expect([nothing.status, nothing.stdout]).toEqual([0, "none {{"]);
  });

  test("prints nothing at all when anything is wrong, and asks for no passphrase before", async () => {
    const { folder } = project("fine {{prod/token}}\n{{prod/tokne}}\n");
    const { status, stdout, stderr } = await pprotect(["inject", "t"], { cwd: folder });
    expect([status, stdout, stderr]).toEqual([
      1,
      "",
      'pprotect: t:2: no secret "tokne" in domain "prod"\nhint: did you mean "token"?\n',
    ]);
    expect((await pprotect(["inject", "nope"], { cwd: folder })).stderr).toBe(
      "pprotect: cannot read nope: no such file or directory\n",
    );
  });

  test("reports why there is no prompt when the template is standard input", async () => {
    const { folder } = project("");
    const { stderr } = await pprotect(["inject", "-"], { cwd: folder, input: "{{prod/token}}" });
    expect(stderr).toBe(
      "pprotect: user required (standard input is the template, and there is no terminal)\nhint: use --user or set PPROTECT_USER\n",
    );
  });

  test("answers --json with what it made", async () => {
    const { inject, path } = project("{{prod/token}}");
    const secrets = [{ domain: "prod", name: "token" }];
    expect(JSON.parse((await inject(["t", "--json"])).stdout).result).toEqual({
      file: null,
      content: "prod-token",
      secrets,
    });
    const written = JSON.parse((await inject(["t", "--json", "--out", "made"])).stdout);
    expect(written.result).toEqual({ file: path("made"), content: null, secrets });
  });
});

describe("inject --out", () => {
  test("writes a private file, which cleanup removes", async () => {
    const { inject, path, folder, env } = project("{{prod/token}}");
    expect((await inject(["t", "--out", "made"])).stdout).toBe("");
    expect([readFileSync(path("made"), "utf8"), statSync(path("made")).mode & 0o777]).toEqual([
      "prod-token",
      0o600,
    ]);
    expect((await pprotect(["cleanup"], { cwd: folder, env })).stdout).toBe("made\n");
    expect(existsSync(path("made"))).toBe(false);
  });

  test("writes neither over the template, nor where git does not ignore it", async () => {
    const { inject, path } = project("{{prod/token}}");
    expect((await inject(["t", "--out", "t"])).stderr).toContain("pprotect did not write it");
    expect(readFileSync(path("t"), "utf8")).toBe("{{prod/token}}");
    mkdirSync(path(".git"));
    expect((await inject(["t", "--out", "made"])).stderr).toContain("not a git repository");
  });
});
