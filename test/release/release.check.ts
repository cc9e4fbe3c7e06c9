import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { LEVELS } from "../../src/build/release/archive.ts";
import { sha256OfFile } from "../../src/build/release/checksums.ts";
import { ALLOWED_LICENSES } from "../../src/build/release/licenses.ts";
import { readLockFile } from "../../src/build/release/lock-file.ts";
import { binaryIn, platformPackageName } from "../../src/build/release/npm-packages.ts";
import {
  executableName,
  PLATFORMS,
  type Platform,
  platformsNamed,
} from "../../src/build/release/platforms.ts";
import { fetchPackages } from "../../src/build/release/registry.ts";
import type { ReleaseOptions } from "../../src/build/release/release.ts";
import { sourceCommit } from "../../src/build/source-commit.ts";
import { commandList } from "../../src/cli/argv/command-list.ts";
import { memo } from "../../src/common/memo.ts";
import { binary } from "../support/binary.ts";
import { brokenSignaturePages, executableFormat } from "../support/executable-format.ts";
import { interopStore } from "../support/fixtures.ts";
import { cleanEnvironment, type Result, runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders, sandbox } from "../support/sandbox.ts";
import { validSpdx } from "../support/spdx.ts";
import { ALICE } from "../support/stores.ts";
import { checkNpmPackages } from "./npm-packages.ts";

/** The names of the crates that the SBOM has for the addons. */
function cratesInAddon(): readonly string[] {
  const { packages } = validSpdx(readFileSync(inRelease("pprotect.spdx.json"), "utf8"));
  return packages.filter(({ comment }) => comment?.startsWith("in the file of")).map(({ name }) => name);
}

const ROOT = resolve(import.meta.dir, "../..");
const CACHE = join(ROOT, "dist/registry");
const VERSION_LINE = `pprotect version ${packageJson.version}\n`;

/** Beside the source and not among the temporary files: it takes 2 GB. */
let folder: string;

beforeAll(async () => {
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  folder = mkdtempSync(join(ROOT, "dist/release-check-"));
  await releaseFromCopy({
    directory: join(folder, "release"),
    cache: CACHE,
    platforms: PLATFORMS,
    epoch: 1_700_000_000,
    commit: await sourceCommit(),
    repository: "https://forge.example/owner/name",
    level: LEVELS.stored,
  });
}, 600_000);

/** What a release is made of. */
const SOURCE = [
  ...["src", "hooks", "skills", "package.json", "tsconfig.json", "bunfig.toml", "bun.lock"],
  ...["LICENSE", "CHANGELOG.md", "install.sh"],
];

/** Builds a release of a copy of the source, in another directory: what is built there must be what is built here. */
async function releaseFromCopy(options: ReleaseOptions): Promise<void> {
  const copy = mkdtempSync(join(folder, "copy-"));
  for (const name of SOURCE) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  await Bun.$`cp -al ${join(ROOT, "node_modules")} ${copy}`.quiet();
  const script = `import { release } from "./src/build/release/release.ts"; await release(${JSON.stringify(options)});`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    cwd: copy,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if ((await child.exited) !== 0) throw new Error("the release was not built");
  rmSync(copy, { recursive: true });
}

afterAll(() => {
  removeFolders();
  rmSync(folder, { recursive: true, force: true });
});

const inRelease = (...names: readonly string[]): string => join(folder, "release", ...names);
const npmDirectory = (platform: Platform): string => inRelease("npm", platformPackageName(platform));
const binaryOf = (platform: Platform): string => binaryIn(npmDirectory(platform), platform);
/** The SHA-256 of a file of the release. */
const sumOf = memo((name) => sha256OfFile(inRelease(name)), 100);
const each = PLATFORMS.map((platform) => [platform.name, platform] as const);

/** Whether a package of the SBOM is somebody else's, and not one of the archives. */
function isComponent({ name }: { readonly name: string }): boolean {
  return !name.startsWith("pprotect-");
}

function platformNamed(name: string): Platform {
  return platformsNamed([name])[0] as Platform;
}

describe("the release", () => {
  test("has an archive for each platform, and beside them what it says of itself", () => {
    const files = readdirSync(inRelease(), { withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map((entry) => entry.name).toSorted()).toEqual(
      [
        "SHA256SUMS",
        "THIRD-PARTY-LICENSES",
        "install.sh",
        "pprotect.spdx.json",
        ...PLATFORMS.map(({ name }) => `pprotect-${name}.tar.gz`),
        "pprotect-amd64.deb",
        "pprotect-arm64.deb",
      ].toSorted(),
    );
  });

  test("has the checksum of every file, as sha256sum --check reads it", async () => {
    const lines = readFileSync(inRelease("SHA256SUMS"), "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(PLATFORMS.length + 5);
    const small = emptyFolder();
    for (const line of lines) {
      const [sum, name = ""] = line.split("  ");
      expect([name, sumOf(name)]).toEqual([name, sum ?? ""]);
      // sha256sum takes ten times as long for the archives; install.sh runs it for one.
      if (!/\.(?:gz|deb)$/.test(name)) cpSync(inRelease(name), join(small, name));
    }
    cpSync(inRelease("SHA256SUMS"), join(small, "SHA256SUMS"));
    const check = ["sha256sum", "--check", "--strict", "--ignore-missing", "SHA256SUMS"];
    const result = await runProgram(check, { cwd: small });
    expect([result.status, result.stderr]).toEqual([0, ""]);
    expect(result.stdout.trimEnd().split("\n")).toHaveLength(3);
  });

  test("has an SBOM with these very archives, the runtime and the addon of each, and what the lock file pins", () => {
    const { packages, relationships } = validSpdx(readFileSync(inRelease("pprotect.spdx.json"), "utf8"));
    const locked = readLockFile(readFileSync(join(ROOT, "bun.lock"), "utf8"));
    for (const { name, runtime, addon, npm } of PLATFORMS) {
      const archive = packages.find((found) => found.name === `pprotect-${name}`);
      expect(archive?.checksums?.[0]?.checksumValue).toBe(sumOf(`pprotect-${name}.tar.gz`));
      const inside = relationships
        .filter((found) => found.spdxElementId === archive?.SPDXID && found.relationshipType === "CONTAINS")
        .map((found) => packages.find(({ SPDXID }) => SPDXID === found.relatedSpdxElement)?.name);
      expect(inside).toContain(runtime);
      expect(inside).toContain(addon);
      expect(inside).toContain("yaml");
      for (const each of ["sodium-native", "libsodium"])
        expect(inside.includes(each)).toBe(npm.libc !== "musl");
      expect(
        inside.filter((found) => /^@oven\/|^@node-rs\/|^typescript$|^fast-check$/.test(found ?? "")),
      ).toEqual([runtime, addon]);
    }
    const crates = cratesInAddon();
    for (const name of ["argon2-rust", "napi", "gimli"]) expect(crates).toContain(name);
    for (const { name, checksums, licenseDeclared } of packages.filter(isComponent)) {
      if (crates.includes(name) || name === "libsodium") expect(checksums).toBeUndefined();
      else expect(checksums?.[0]?.checksumValue).toBe(locked(name).sha512);
      expect([...ALLOWED_LICENSES]).toContain(licenseDeclared);
    }
  });

  test("names everyone whose work is in it, with the licence", () => {
    const notice = readFileSync(inRelease("THIRD-PARTY-LICENSES"), "utf8");
    const { packages } = validSpdx(readFileSync(inRelease("pprotect.spdx.json"), "utf8"));
    // Those have the licences of Bun and of the addons' main package.
    const platformOnes = PLATFORMS.flatMap(({ runtime, addon }) => [runtime, addon]);
    const crates = cratesInAddon();
    for (const { name, versionInfo } of packages.filter(isComponent)) {
      // libsodium is in an addon too, and has a text of its own.
      if (crates.includes(name) && name !== "libsodium")
        expect(notice).toMatch(new RegExp(`^## (?:.*, )?${name}(?:,|$)`, "m"));
      else if (!platformOnes.includes(name)) expect(notice).toContain(`\n${name} ${versionInfo} (`);
    }
    expect(notice).toContain("\n@node-rs/argon2 ");
    expect(notice).toContain(`\nBun ${Bun.version} (MIT)\n`);
  });

  test("has an installer that fetches it", () => {
    expect(readFileSync(inRelease("install.sh"), "utf8")).toContain(
      `\nRELEASE_URL='https://forge.example/owner/name/releases/download/v${packageJson.version}'\n`,
    );
  });
});

describe("the binary", () => {
  const FORMATS: Readonly<Record<string, ReturnType<typeof executableFormat>>> = {
    "linux-x64": { format: "ELF", cpu: "x64", interpreter: "/lib64/ld-linux-x86-64.so.2" },
    "linux-arm64": { format: "ELF", cpu: "arm64", interpreter: "/lib/ld-linux-aarch64.so.1" },
    "linux-arm64-musl": { format: "ELF", cpu: "arm64", interpreter: "/lib/ld-musl-aarch64.so.1" },
    "linux-x64-musl": { format: "ELF", cpu: "x64", interpreter: "/lib/ld-musl-x86_64.so.1" },
    "darwin-arm64": { format: "Mach-O", cpu: "arm64" },
    "darwin-x64": { format: "Mach-O", cpu: "x64" },
    "windows-x64": { format: "PE", cpu: "x64" },
  };

  /** The Argon2 addon of each platform, as the registry has it. */
  let addons: readonly Buffer[] | undefined;

  async function addonFiles(): Promise<readonly Buffer[]> {
    const locked = readLockFile(readFileSync(join(ROOT, "bun.lock"), "utf8"));
    const pinned = PLATFORMS.map((platform) => locked(platform.addon));
    return Promise.all(
      (await fetchPackages(pinned, CACHE)).map(async (files) => {
        const [, file] = [...files].find(([path]) => path.endsWith(".node")) ?? [];
        return Buffer.from((await file?.arrayBuffer()) ?? new ArrayBuffer(0));
      }),
    );
  }

  test.each(each)(
    "for %s is for it by its headers, and so is the one addon in it",
    async (name, platform) => {
      const bytes = readFileSync(binaryOf(platform));
      expect(executableFormat(bytes)).toEqual(FORMATS[name] as never);
      addons ??= await addonFiles();
      const inside = addons.map((addon) => bytes.includes(addon));
      expect(inside).toEqual(PLATFORMS.map((other) => other === platform));
    },
  );

  test.each(each)("for %s is in its archive, with both licence files", async (name, platform) => {
    // GNU tar unpacks one of them for install.sh, below.
    const archive = new Bun.Archive(readFileSync(inRelease(`pprotect-${name}.tar.gz`)));
    const files = await archive.files();
    const expected = {
      LICENSE: join(ROOT, "LICENSE"),
      "THIRD-PARTY-LICENSES": inRelease("THIRD-PARTY-LICENSES"),
      [executableName(platform)]: binaryOf(platform),
    };
    expect([...files.keys()].toSorted()).toEqual(
      Object.keys(expected)
        .map((file) => `pprotect-${name}/${file}`)
        .toSorted(),
    );
    for (const [file, path] of Object.entries(expected)) {
      const content = await files.get(`pprotect-${name}/${file}`)?.bytes();
      expect([file, readFileSync(path).equals(content ?? new Uint8Array())]).toEqual([file, true]);
    }
  });

  test("for darwin-arm64 has the signature that macOS asks for, over every page", () => {
    const bytes = readFileSync(binaryOf(platformNamed("darwin-arm64")));
    const { pages, broken } = brokenSignaturePages(bytes);
    expect(pages).toBeGreaterThan(1000);
    expect(broken).toEqual([]);
    bytes.writeUInt8(bytes.readUInt8(1_000_000) ^ 1, 1_000_000);
    expect(brokenSignaturePages(bytes).broken).toHaveLength(1);
  });

  test("is the same as the one that the installed runtime built of the source in another directory", () => {
    expect(sha256OfFile(binaryOf(platformNamed("linux-x64")))).toBe(sha256OfFile(binary()));
  });
});

/** Opens a secret. An eighth of the full cost, by the same instructions: each platform's own runner opens a store of full cost. */
const OPENING = ["decrypt-domain", "dev", "--secret", "db-password", "--file", interopStore("fast").file];
const OWNER = { PPROTECT_USER: "kurt@example.com", PPROTECT_PASSPHRASE: "passphrasë" };

describe("on arm64, under qemu, the binary", () => {
  // The oldest processor for it has Armv8.0: Arm's Cortex-A53 of 2012.
  const command = (...args: readonly string[]): string[] => [
    ...["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu", "-cpu", "cortex-a53"],
    ...[binaryOf(platformNamed("linux-arm64")), ...args],
  ];

  test("says its version", async () => {
    const result = await runProgram(command("version"), { cwd: emptyFolder() });
    expect(result).toMatchObject({ status: 0, stdout: VERSION_LINE, stderr: "" });
  });

  test("opens a store by the native Argon2id in it, on the oldest processor", async () => {
    const cwd = emptyFolder();
    const child = Bun.spawn(command(...OPENING), { cwd, env: cleanEnvironment(cwd, OWNER) });
    // The addon has no file: it is loaded from memory with this name, and stays there while it derives.
    let loaded = false;
    while (child.exitCode === null && !loaded) {
      loaded = readFileSync(`/proc/${child.pid}/maps`, "utf8").includes("/memfd:pprotect-addon");
      await Bun.sleep(20);
    }
    expect(loaded).toBe(true);
    expect(await new Response(child.stdout).text()).toBe("p4ss w0rd");
  });

  test("writes a store that the binary of this machine reads", async () => {
    const box = sandbox();
    const added = await runProgram(command("add-secret", "prod", "from-arm64"), {
      cwd: box.folder,
      input: "a value",
    });
    expect(added).toMatchObject({ status: 0, stdout: "" });
    const { stdout } = await runProgram(
      [
        binary(),
        "decrypt-domain",
        "prod",
        "--secret",
        "from-arm64",
        "-u",
        ALICE.name,
        "--passphrase-file",
        box.alice,
      ],
      { cwd: box.folder },
    );
    expect(stdout).toBe("a value");
  });
});

describe("the oldest processor for linux-x64", () => {
  const on = (processor: string, ...args: readonly string[]): Promise<Result> => {
    const emulator = ["qemu-x86_64-static", "-cpu", processor];
    const command = [...emulator, binaryOf(platformNamed("linux-x64")), ...args];
    return runProgram(command, { cwd: emptyFolder(), env: OWNER });
  };

  test("is one with SSE4.2, Intel's Nehalem of 2008: it opens a store by Argon2id", async () => {
    expect(await on("Nehalem", ...OPENING)).toMatchObject({ status: 0, stdout: "p4ss w0rd" });
  });

  test("is not the generation before it", async () => {
    const { status, stdout } = await on("Penryn", "version");
    expect([status, stdout]).toEqual([132, ""]);
  });
});

describe("the Debian package", () => {
  /** An empty system, in which dpkg needs no root rights. */
  function dpkg(root: string, ...args: readonly string[]): Promise<Result> {
    mkdirSync(join(root, "var/lib/dpkg/info"), { recursive: true });
    mkdirSync(join(root, "var/lib/dpkg/updates"), { recursive: true });
    if (!existsSync(join(root, "var/lib/dpkg/status"))) writeFileSync(join(root, "var/lib/dpkg/status"), "");
    const force = ["--force-not-root", "--force-depends", "--force-script-chrootless"];
    return runProgram(["dpkg", `--root=${root}`, `--log=${join(root, "log")}`, ...force, ...args], {
      cwd: root,
    });
  }

  const filesIn = (root: string): string[] =>
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => /^(?:usr|etc|opt)\b/.test(path))
      .filter((path) => !statSync(join(root, path)).isDirectory())
      .toSorted();

  test("installs the program, its man pages and completion, and removes all of it", async () => {
    const root = emptyFolder();
    expect((await dpkg(root, "--install", inRelease("pprotect-amd64.deb"))).status).toBe(0);
    const program = join(root, "usr/bin/pprotect");
    expect(await runProgram([program, "version"], { cwd: root })).toMatchObject({ stdout: VERSION_LINE });
    const completions = [
      ["bash", "usr/share/bash-completion/completions/pprotect"],
      ["zsh", "usr/share/zsh/vendor-completions/_pprotect"],
      ["fish", "usr/share/fish/vendor_completions.d/pprotect.fish"],
    ] as const;
    for (const [shell, path] of completions) {
      const { stdout } = await runProgram([program, "completion", shell], { cwd: root });
      expect(readFileSync(join(root, path), "utf8")).toBe(stdout);
    }
    const pages = filesIn(root).filter((path) => path.startsWith("usr/share/man/man1/"));
    const { commands } = await commandList();
    expect(pages).toHaveLength(commands.length + 1);
    const env = { MANPATH: join(root, "usr/share/man"), MANPAGER: "cat" };
    const page = await runProgram(["man", "pprotect-git-resolve"], { cwd: root, env });
    expect(page.stdout).toContain("pprotect-git-resolve - finish a merge that left conflicts in the store");
    const removed = await dpkg(root, "--purge", "pprotect");
    expect([removed.status, filesIn(root)]).toEqual([0, []]);
  });

  test.each(["amd64", "arm64"])("for %s names what it needs, and is owned by root", async (architecture) => {
    const file = inRelease(`pprotect-${architecture}.deb`);
    const fields = await runProgram(["dpkg-deb", "--field", file], { cwd: emptyFolder() });
    expect(fields.stdout).toContain(`Version: ${packageJson.version}\nArchitecture: ${architecture}\n`);
    expect(fields.stdout).toContain("Depends: libc6 (>= 2.17)\n");
    const { stdout } = await runProgram(["dpkg-deb", "--contents", file], { cwd: emptyFolder() });
    for (const line of stdout.trimEnd().split("\n")) {
      expect(line).toMatch(/^(?:drwxr-xr-x|-rw-r--r--|-rwxr-xr-x) root\/root .* 2023-11-14 /);
      expect(line.startsWith("-rwx")).toBe(line.endsWith(" ./usr/bin/pprotect"));
    }
  });
});

describe("install.sh of the release", () => {
  test("installs the binary of this machine", async () => {
    const home = emptyFolder();
    const env = { PPROTECT_BASE_URL: `file://${inRelease()}` };
    const result = await runProgram([inRelease("install.sh")], { cwd: home, env });
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(await runProgram([join(home, ".local/bin/pprotect"), "version"], { cwd: home })).toMatchObject({
      stdout: VERSION_LINE,
    });
  });
});

describe("the npm package", () => checkNpmPackages(() => inRelease("npm")));
