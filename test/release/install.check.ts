import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { packDirectory } from "../../src/build/release/archive.ts";
import { checksumFile, sha256 } from "../../src/build/release/checksums.ts";
import { type Result, runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

const SCRIPT = resolve(import.meta.dir, "../../install.sh");

/** The systems that the script knows, by what uname and getconf say. */
const SYSTEMS = [
  { system: "Linux", machine: "x86_64", name: "linux-x64" },
  { system: "Linux", machine: "aarch64", name: "linux-arm64" },
  { system: "Darwin", machine: "arm64", name: "darwin-arm64" },
  { system: "Darwin", machine: "x86_64", name: "darwin-x64" },
] as const;

/** A folder with a release whose binaries are shell scripts. @returns its path */
async function fakeRelease(binary = 'echo "pprotect version 9.9.9"'): Promise<string> {
  const folder = emptyFolder();
  const names = [...SYSTEMS.map((each) => each.name), "linux-x64-musl", "linux-arm64-musl"];
  for (const name of names) {
    const content = join(emptyFolder(), `pprotect-${name}`);
    mkdirSync(content);
    writeFileSync(join(content, "pprotect"), `#!/bin/sh\n# for ${name}\n${binary}\n`);
    chmodSync(join(content, "pprotect"), 0o755);
    writeFileSync(join(folder, `pprotect-${name}.tar.gz`), await packDirectory(content, 0));
  }
  writeSums(folder);
  return folder;
}

function writeSums(folder: string): void {
  const archives = readdirSync(folder).filter((each) => each.endsWith(".tar.gz"));
  const sums = archives.map((each) => [each, sha256(readFileSync(join(folder, each)))] as const);
  writeFileSync(join(folder, "SHA256SUMS"), checksumFile(new Map(sums)));
}

interface Installation {
  readonly result: Result;
  readonly home: string;
  /** Everything in `~/.local/bin`. */
  readonly installed: readonly string[];
}

/** Runs install.sh, with programs of its own before those of PATH. */
async function install(
  url: string,
  { home = emptyFolder(), programs = {}, env = {}, path }: Partial<InstallOptions> = {},
): Promise<Installation> {
  const bin = emptyFolder();
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const result = await runProgram(["/bin/sh", SCRIPT], {
    cwd: home,
    env: { PPROTECT_BASE_URL: url, PATH: `${bin}:${path ?? process.env.PATH}`, ...env },
  });
  const target = join(home, ".local/bin");
  return { result, home, installed: existsSync(target) ? readdirSync(target) : [] };
}

interface InstallOptions {
  readonly home: string;
  readonly programs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** Instead of this machine's PATH. */
  readonly path: string;
}

/** Serves a folder's files; `change` may answer with something else. */
function serve(folder: string, change: (name: string, bytes: Buffer) => Buffer = (_, bytes) => bytes) {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const name = new URL(request.url).pathname.slice(1);
      const path = join(folder, name);
      if (!existsSync(path)) return new Response("no such file", { status: 404 });
      return new Response(new Uint8Array(change(name, readFileSync(path))));
    },
  });
}

test("shellcheck finds nothing", async () => {
  const result = await runProgram(["shellcheck", "--enable=all", "--exclude=SC2250,SC2310,SC2312", SCRIPT], {
    cwd: emptyFolder(),
  });
  expect(result).toMatchObject({ status: 0, stdout: "" });
});

describe("install.sh", () => {
  test("installs the binary, says where, and what is missing from PATH", async () => {
    const { result, home, installed } = await install(`file://${await fakeRelease()}`);
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(result.stdout).toBe(
      `Installed pprotect version 9.9.9 as ${home}/.local/bin/pprotect\nAdd ${home}/.local/bin to your PATH.\n`,
    );
    expect(installed).toEqual(["pprotect"]);
  });

  test("over HTTP, into $PREFIX, over an older one, and silent about a PATH that has it", async () => {
    await using server = serve(await fakeRelease());
    const prefix = join(emptyFolder(), "with space");
    mkdirSync(join(prefix, "bin"), { recursive: true });
    writeFileSync(join(prefix, "bin/pprotect"), "older");
    const path = `${process.env.PATH}:${prefix}/bin`;
    const { result } = await install(server.url.origin, { env: { PREFIX: prefix }, path });
    expect(result).toMatchObject({
      status: 0,
      stderr: "",
      stdout: `Installed pprotect version 9.9.9 as ${prefix}/bin/pprotect\n`,
    });
    expect(readFileSync(join(prefix, "bin/pprotect"), "utf8")).toContain("9.9.9");
    expect(readdirSync(join(prefix, "bin"))).toEqual(["pprotect"]);
  });

  test("says where as it is found from anywhere, for a $PREFIX beside the current directory", async () => {
    const { result, home } = await install(`file://${await fakeRelease()}`, { env: { PREFIX: "-here" } });
    expect(result).toMatchObject({
      status: 0,
      stderr: "",
      stdout: `Installed pprotect version 9.9.9 as ${home}/-here/bin/pprotect\nAdd ${home}/-here/bin to your PATH.\n`,
    });
  });

  test("fetches by wget where there is no curl", async () => {
    await using server = serve(await fakeRelease());
    const path = onlyPrograms(
      ...["uname", "getconf", "ls", "mkdir", "mktemp", "rm", "mv", "cut", "awk", "tar", "gzip", "sha256sum"],
      "wget",
    );
    const { result, installed } = await install(server.url.origin, { path, env: { PATH: path } });
    expect([result.stderr, installed]).toEqual(["", ["pprotect"]]);
  });

  test.each(SYSTEMS)("takes $name for $system on $machine", async ({ system, machine, name }) => {
    const programs = { uname: `[ "$1" = -s ] && echo ${system} || echo ${machine}`, sysctl: "echo 0" };
    const { home } = await install(`file://${await fakeRelease()}`, { programs });
    expect(readFileSync(join(home, ".local/bin/pprotect"), "utf8")).toContain(`# for ${name}\n`);
  });

  test.each([
    ["x86_64", "linux-x64-musl"],
    ["aarch64", "linux-arm64-musl"],
  ])("takes the binary for musl where glibc is not and musl is, on %s", async (machine, name) => {
    const programs = {
      uname: `[ "$1" = -s ] && echo Linux || echo ${machine}`,
      getconf: "exit 1",
      ldd: "echo 'ldd: not found' >&2; exit 127",
      ls: "echo /lib/ld-musl.so.1",
    };
    const { home } = await install(`file://${await fakeRelease()}`, { programs });
    expect(readFileSync(join(home, ".local/bin/pprotect"), "utf8")).toContain(`# for ${name}\n`);
  });

  test("takes the binary for glibc where both are", async () => {
    const programs = { getconf: "exit 1", ls: "echo /lib/ld-musl-x86_64.so.1" };
    const { home } = await install(`file://${await fakeRelease()}`, { programs });
    expect(readFileSync(join(home, ".local/bin/pprotect"), "utf8")).toContain("# for linux-x64\n");
  });

  test("says which other pprotect comes first in PATH", async () => {
    const first = emptyFolder();
    writeFileSync(join(first, "pprotect"), "#!/bin/sh\n", { mode: 0o755 });
    const home = emptyFolder();
    const path = `${first}:${join(home, ".local/bin")}:${process.env.PATH}`;
    const { result } = await install(`file://${await fakeRelease()}`, { home, path });
    expect(result.stdout).toEndWith(
      `/pprotect\nAnother pprotect comes first in your PATH: ${first}/pprotect\n`,
    );
  });

  test("lets no redirect lead away from HTTPS", async () => {
    const log = join(emptyFolder(), "log");
    const { result } = await install("https://forge.example/release", {
      programs: { curl: `echo "$@" >>${log}; exit 22` },
    });
    expect(result.status).toBe(1);
    expect(readFileSync(log, "utf8")).toStartWith("--proto =https ");
  });

  test("takes the processor's own binary in a shell that macOS translates", async () => {
    const programs = { uname: '[ "$1" = -s ] && echo Darwin || echo x86_64', sysctl: "echo 1" };
    const { home } = await install(`file://${await fakeRelease()}`, { programs });
    expect(readFileSync(join(home, ".local/bin/pprotect"), "utf8")).toContain("# for darwin-arm64\n");
  });
});

describe("install.sh installs nothing, and leaves an older binary and no rubbish,", () => {
  /** Runs it where an older binary is. @returns what it says, after the older one was found as it was */
  async function refusal(url: string, options: Partial<InstallOptions> = {}): Promise<string> {
    const home = emptyFolder();
    mkdirSync(join(home, ".local/bin"), { recursive: true });
    writeFileSync(join(home, ".local/bin/pprotect"), "older");
    const { result, installed } = await install(url, { home, ...options });
    expect(installed).toEqual(["pprotect"]);
    expect(readFileSync(join(home, ".local/bin/pprotect"), "utf8")).toBe("older");
    expect([result.status, result.stdout]).toEqual([1, ""]);
    return result.stderr;
  }

  test("when a bit of the archive was changed on the way", async () => {
    await using server = serve(await fakeRelease(), (name, bytes) => {
      if (name.endsWith(".gz")) bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
      return bytes;
    });
    expect(await refusal(server.url.origin)).toMatch(
      /^install\.sh: pprotect-linux-x64\.tar\.gz does not match SHA256SUMS \(SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}\); nothing was installed\n$/,
    );
  });

  test("when a directory is in its place", async () => {
    const home = emptyFolder();
    mkdirSync(join(home, ".local/bin/pprotect"), { recursive: true });
    const { result } = await install(`file://${await fakeRelease()}`, { home });
    expect([result.status, result.stdout, result.stderr]).toEqual([
      1,
      "",
      `install.sh: ${home}/.local/bin/pprotect is a directory; nothing was installed\n`,
    ]);
    expect(readdirSync(join(home, ".local/bin"))).toEqual(["pprotect"]);
    expect(readdirSync(join(home, ".local/bin/pprotect"))).toEqual([]);
  });

  test("when there is neither HOME nor PREFIX", async () => {
    expect(await refusal("file:///nowhere", { env: { HOME: "" } })).toBe(
      "install.sh: set PREFIX to the directory to install to, or set HOME; nothing was installed\n",
    );
  });

  test("when the download ended early", async () => {
    await using server = serve(await fakeRelease(), (name, bytes) =>
      name.endsWith(".gz") ? bytes.subarray(0, bytes.length / 2) : bytes,
    );
    expect(await refusal(server.url.origin)).toContain("does not match SHA256SUMS");
  });

  test("when the checksums have no line for the archive", async () => {
    const folder = await fakeRelease();
    const sums = readFileSync(join(folder, "SHA256SUMS"), "utf8").split("\n");
    const others = sums.filter((line) => !line.endsWith("-linux-x64.tar.gz"));
    writeFileSync(join(folder, "SHA256SUMS"), others.join("\n"));
    expect(await refusal(`file://${folder}`)).toBe(
      "install.sh: SHA256SUMS has no line for pprotect-linux-x64.tar.gz; nothing was installed\n",
    );
  });

  test("when the checksums have two lines for the archive", async () => {
    const folder = await fakeRelease();
    const line = `${"0".repeat(64)}  pprotect-linux-x64.tar.gz\n`;
    writeFileSync(join(folder, "SHA256SUMS"), line + readFileSync(join(folder, "SHA256SUMS"), "utf8"));
    expect(await refusal(`file://${folder}`)).toContain("does not match SHA256SUMS");
  });

  test("when a file of the release is not there", async () => {
    await using server = serve(emptyFolder());
    expect(await refusal(server.url.origin)).toContain(
      `install.sh: cannot download ${server.url.origin}/SHA256SUMS`,
    );
  });

  test("when nothing can check the archive", async () => {
    const path = onlyPrograms(
      ...["uname", "getconf", "ls", "mkdir", "mktemp", "rm", "mv", "cut", "awk", "tar", "gzip", "curl"],
    );
    expect(await refusal(`file://${await fakeRelease()}`, { env: { PATH: path } })).toBe(
      "install.sh: cannot verify the download: neither sha256sum nor shasum is installed; nothing was installed\n",
    );
  });

  test("when the binary does not run here", async () => {
    const release = await fakeRelease("echo 'cannot find a library' >&2; exit 127");
    expect(await refusal(`file://${release}`)).toBe(
      "install.sh: the binary does not run on this system: cannot find a library; nothing was installed\n",
    );
  });

  test("when musl has no libstdc++", async () => {
    const message =
      "Error loading shared library libstdc++.so.6: No such file or directory (needed by pprotect)";
    const release = await fakeRelease(`printf '%s\\nmore\\n' '${message}' >&2; exit 127`);
    expect(await refusal(`file://${release}`)).toBe(
      "install.sh: the binary needs libstdc++, which is not installed (on Alpine, run: apk add libstdc++); nothing was installed\n",
    );
  });

  test.each([
    ["awk", "awk is not installed"],
    ["tar", "tar is not installed"],
    ["gzip", "cannot unpack pprotect-linux-x64.tar.gz: "],
  ])("when %s is missing, in one line", async (missing, message) => {
    const all = [
      "uname",
      "getconf",
      "ls",
      "mkdir",
      "mktemp",
      "rm",
      "mv",
      "cut",
      "awk",
      "tar",
      "gzip",
      "sha256sum",
    ];
    const path = onlyPrograms(...all.filter((each) => each !== missing), "curl");
    const said = await refusal(`file://${await fakeRelease()}`, { env: { PATH: path } });
    expect(said).toStartWith(`install.sh: ${message}`);
    expect(said).toMatch(/^[^\n]*; nothing was installed\n$/);
  });

  test("when the disk is full, in one line", async () => {
    const programs = {
      tar: "echo 'tar: pprotect: Cannot write: No space left on device' >&2; echo more >&2; exit 2",
    };
    expect(await refusal(`file://${await fakeRelease()}`, { programs })).toBe(
      "install.sh: cannot unpack pprotect-linux-x64.tar.gz: tar: pprotect: Cannot write: No space left on device; nothing was installed\n",
    );
  });

  test("when the archive holds something else", async () => {
    const folder = await fakeRelease();
    const content = join(emptyFolder(), "another");
    mkdirSync(content);
    writeFileSync(join(folder, "pprotect-linux-x64.tar.gz"), await packDirectory(content, 0));
    writeSums(folder);
    expect(await refusal(`file://${folder}`)).toContain("install.sh: the binary does not run on this system");
  });

  test.each([
    [
      "FreeBSD",
      "amd64",
      "no binary for FreeBSD; on Windows, unpack pprotect-windows-x64.tar.gz or install with npm",
    ],
    ["Linux", "riscv64", "no binary for processor riscv64"],
  ])("on %s, %s", async (system, machine, message) => {
    const programs = { uname: `[ "$1" = -s ] && echo ${system} || echo ${machine}` };
    expect(await refusal(`file://${await fakeRelease()}`, { programs })).toBe(
      `install.sh: ${message}; nothing was installed\n`,
    );
  });

  test("when it is not of a release and none is given", async () => {
    expect(await refusal("")).toBe(
      "install.sh: set PPROTECT_BASE_URL to the URL of the directory with the release's files; nothing was installed\n",
    );
  });

  test("when it is stopped in the middle", async () => {
    const home = emptyFolder();
    const released = Promise.withResolvers<void>();
    await using server = serve(await fakeRelease(), (name, bytes) => {
      if (name.endsWith(".gz")) released.resolve();
      return name.endsWith(".gz") ? Buffer.alloc(200_000_000) : bytes;
    });
    const child = Bun.spawn(["setsid", "/bin/sh", SCRIPT], {
      env: { HOME: home, PATH: process.env.PATH, PPROTECT_BASE_URL: server.url.origin },
      stdio: ["ignore", "ignore", "ignore"],
    });
    await released.promise;
    process.kill(-child.pid, "SIGTERM");
    await child.exited;
    expect(readdirSync(join(home, ".local/bin"))).toEqual([]);
  });
});

/** A PATH with these programs and no other. */
function onlyPrograms(...names: readonly string[]): string {
  const folder = emptyFolder();
  for (const name of names) {
    const path = Bun.which(name);
    if (path === null) throw new Error(`${name} is not installed`);
    symlinkSync(path, join(folder, name));
  }
  return folder;
}
