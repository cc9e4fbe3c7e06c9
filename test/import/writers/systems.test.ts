import { afterAll, describe, expect, test } from "bun:test";
import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { PprotectError } from "../../../src/common/errors.ts";
import type { Entry } from "../../../src/import/entry.ts";
import { writeDocker } from "../../../src/import/writers/docker.ts";
import { writeExample } from "../../../src/import/writers/example.ts";
import { writeGithub } from "../../../src/import/writers/github.ts";
import { writeGitlab } from "../../../src/import/writers/gitlab.ts";
import { writePowershell } from "../../../src/import/writers/powershell.ts";
import { writeSystemd } from "../../../src/import/writers/systemd.ts";
import { jsonOf, moreConsumers, type Read } from "../../support/consumers.ts";
import { KNOWN_VALUES, variableValue } from "../../support/import-values.ts";
import { needs } from "../../support/programs.ts";
import { runProgram } from "../../support/run.ts";
import { dockerReads, githubReads, gitlabReads, powershellReads } from "./documented-rules.ts";

const folder = mkdtempSync(join(tmpdir(), "pprotect-systems-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Write = (entries: readonly Entry[]) => string;

function heldBy(write: Write, value: string): boolean {
  try {
    write([{ name: "A", value }]);
    return true;
  } catch {
    return false;
  }
}

function entriesOf(values: readonly string[]): Entry[] {
  return values.map((value, index) => ({ name: `V${index}`, value }));
}

/** What a format holds is read right; the rest is refused. */
function isRight(
  write: Write,
  read: (text: string) => Read | Promise<Read>,
  { numRuns = 300, maxLength = 20 } = {},
) {
  return async (): Promise<void> => {
    const check = async (values: readonly string[]): Promise<void> => {
      const entries = entriesOf(values.filter((value) => heldBy(write, value)).slice(0, maxLength));
      expect(await read(write(entries))).toEqual(
        Object.fromEntries(entries.map(({ name, value }) => [name, value])),
      );
    };
    for (let at = 0; at < KNOWN_VALUES.length; at += maxLength) {
      // 5000 characters are more than GitLab takes.
      await check(KNOWN_VALUES.slice(at, at + maxLength).filter((value) => value.length < 1000));
    }
    await fc.assert(fc.asyncProperty(fc.array(variableValue, { maxLength: 3 * maxLength }), check), {
      numRuns,
    });
  };
}

/** The refusal: of this code, by name, without the value, with a way out. */
function expectRefusal(action: () => unknown, name: string, value: string): void {
  let refusal: PprotectError | undefined;
  try {
    action();
  } catch (error) {
    refusal = error as PprotectError;
  }
  expect(refusal?.code).toBe("unrepresentable");
  expect(refusal?.message).toContain(`secret "${name}"`);
  expect(`${refusal?.message} ${refusal?.fix}`).not.toContain(value);
  expect(refusal?.fix).toBeString();
}

describe("docker", () => {
  test("the rules of docker's command line", isRight(writeDocker, dockerReads));

  for (const docker of moreConsumers("docker"))
    test("docker itself, with a daemon that records what it is asked", async () => {
      const socket = join(folder, "docker.sock");
      let recorded: string[] = [];
      const daemon = Bun.serve({
        unix: socket,
        async fetch(request) {
          if (!request.url.endsWith("/containers/create"))
            return new Response("OK", { headers: { "Api-Version": "1.47", Ostype: "linux" } });
          recorded = ((await request.json()) as { Env: string[] | null }).Env ?? [];
          return Response.json({ Id: "0".repeat(64), Warnings: [] }, { status: 201 });
        },
      });
      const read = async (text: string): Promise<Read> => {
        writeFileSync(join(folder, "docker.env"), text);
        const command = [docker, "-H", `unix://${socket}`, "create", "--env-file", "docker.env", "image"];
        const { status, stderr } = await runProgram(command, { cwd: folder });
        expect([status, stderr]).toEqual([0, ""]);
        return Object.fromEntries(
          recorded.map((each) => [each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)]),
        );
      };
      try {
        await isRight(writeDocker, read, { numRuns: 5, maxLength: 50 })();
        await isRight((entries) => writeDocker(entries), read, { numRuns: 1 })();
        const longest = [{ name: "A", value: "x".repeat(64 * 1024 - 3) }];
        expect(await read(writeDocker(longest))).toEqual({ A: longest[0]?.value });
      } finally {
        daemon.stop(true);
      }
    });

  test("what is refused", () => {
    for (const value of ["one\ntwo", "end\r", "x".repeat(64 * 1024), "nul\0"]) {
      expectRefusal(() => writeDocker([{ name: "TOKEN", value }]), "TOKEN", value);
    }
  });
});

const library = [
  ...globSync("/usr/lib/*/systemd/libsystemd-shared-*.so"),
  ...globSync("/lib/systemd/libsystemd-shared-*.so"),
][0];

describe("systemd", () => {
  /** load_env_file() of systemd's own library: what the service manager calls for EnvironmentFile=. */
  const LOAD = `
import ctypes, json, os, sys
lib = ctypes.CDLL(sys.argv[1])
strings = ctypes.POINTER(ctypes.c_char_p)
lib.load_env_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(strings)]
out = strings()
assert lib.load_env_file(None, os.fsencode(sys.argv[2]), ctypes.byref(out)) == 0
found, at = [], 0
while out and out[at]:
    assert lib.env_assignment_is_valid(out[at])
    found.append(out[at].decode().split("=", 1))
    at += 1
print(json.dumps(dict(found)))`;

  test.if(needs("systemctl", "python3"))(
    "systemd's own parser",
    isRight(
      writeSystemd,
      async (text) => {
        const file = join(folder, "systemd.env");
        writeFileSync(file, text);
        return (await jsonOf(["python3", "-c", LOAD, library ?? "", file], folder)) as Read;
      },
      { numRuns: 15, maxLength: 100 },
    ),
  );

  test("what is refused", () => {
    for (const value of ["nul\0", "end\uffff"])
      expectRefusal(() => writeSystemd([{ name: "TOKEN", value }]), "TOKEN", value);
    expectRefusal(() => writeSystemd([{ name: "api-key", value: "hunter2" }]), "api-key", "hunter2");
  });
});

describe("github", () => {
  const delimiter = "pprotect_0123456789abcdef0123456789abcdef";
  const write: Write = (entries) => writeGithub(entries, delimiter).environment;

  test(
    "the rules of the runner on Linux",
    isRight(write, (text) => githubReads(text, "linux")),
  );
  test(
    "the rules of the runner on Windows",
    isRight(write, (text) => githubReads(text, "windows")),
  );

  test("each line of each value is masked, once, before anything else", () => {
    const { masks, environment } = writeGithub(
      [
        { name: "A", value: "one\n100%\n\n  \nlast" },
        { name: "B", value: "one" },
        { name: "C", value: "x\ry" },
      ],
      delimiter,
    );
    expect(masks).toBe(
      "::add-mask::one\n::add-mask::100%25\n::add-mask::last\n::add-mask::x\n::add-mask::y\n",
    );
    expect(environment).toStartWith(`A<<${delimiter}\none\n`);
    fc.assert(
      fc.property(fc.array(variableValue.filter((value) => heldBy(write, value))), (values) => {
        const output = writeGithub(entriesOf(values), delimiter).masks;
        const masked = new Set(
          output
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => {
              expect(line).toStartWith("::add-mask::");
              return line.slice(12).replaceAll("%0A", "\n").replaceAll("%0D", "\r").replaceAll("%25", "%");
            }),
        );
        const lines = values.flatMap((value) => value.split(/[\r\n]/)).filter((line) => line.trim() !== "");
        expect(masked).toEqual(new Set(lines));
      }),
    );
  });

  test("what is refused", () => {
    for (const value of ["a\r\nb", "end\r", "nul\0"])
      expectRefusal(() => write([{ name: "TOKEN", value }]), "TOKEN", value);
    expectRefusal(() => write([{ name: "NODE_OPTIONS", value: "hunter2" }]), "NODE_OPTIONS", "hunter2");
    expect(() => write([{ name: "A", value: `x\n${delimiter}\nB=evil` }])).toThrow("delimiter");
  });
});

describe("gitlab", () => {
  test("the rules of GitLab", isRight(writeGitlab, gitlabReads));

  test("what is refused", () => {
    for (const value of ["hunter 2", "hunter\n2", "hunter$2", "hunter\t2", "hunter\x1b"]) {
      expectRefusal(() => writeGitlab([{ name: "TOKEN", value }]), "TOKEN", value);
    }
    expect(() => writeGitlab(entriesOf(["x".repeat(6000)]))).toThrow("5 KiB");
    expect(() => writeGitlab(entriesOf(Array(21).fill("x")))).toThrow("21 secrets");
  });
});

describe("powershell", () => {
  test("the rules of PowerShell", isRight(writePowershell, powershellReads));

  test("all of it is ASCII, and every line is complete", () => {
    const text = writePowershell([{ name: "api-key", value: "it's\n‘é🎲’" }]);
    expect(text).toBe(
      `\${env:api-key} = 'it''s' + [char]10 + [char]8216 + [char]233 + [char]55356 + [char]57266 + [char]8217\n`,
    );
    expect(writePowershell([{ name: "A", value: "\n" }])).toBe(`\${env:A} = '' + [char]10\n`);
  });

  test("what is refused", () => {
    expect(() => writePowershell([{ name: "A", value: "" }])).toThrow("is empty");
    expectRefusal(() => writePowershell([{ name: "a.b", value: "hunter2" }]), "a.b", "hunter2");
  });
});

describe("example", () => {
  test("names and descriptions, no values", () => {
    const text = writeExample([
      { name: "API_KEY", description: "From the dashboard\nof the \x1b[31mprovider" },
      { name: "TOKEN", description: undefined },
    ]);
    expect(text).toBe("# From the dashboard\n# of the \\u{1b}[31mprovider\nAPI_KEY=\nTOKEN=\n");
  });
});
