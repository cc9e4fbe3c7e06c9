import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { COMPLETION_SCRIPTS } from "../../cli/completion/scripts.ts";
import type { Level } from "./archive.ts";

/** What goes into a Debian package. */
export interface DebianPackage {
  readonly version: string;
  readonly description: string;
  /** Debian's name of the processor. */
  readonly architecture: "amd64" | "arm64";
  /** The binary's path. */
  readonly binary: string;
  /** A file inside the binary that it does without where the system is too old for it. */
  readonly optional: Uint8Array | undefined;
  /** The path of the licence. */
  readonly license: string;
  /** The licences of everything that is compiled in. */
  readonly notice: string;
  /** The text of CHANGELOG.md. */
  readonly changelog: string;
  /** Each man page of section 1 by its file name. */
  readonly manPages: ReadonlyMap<string, string>;
  /** The modification time of every file, in seconds since 1970. */
  readonly epoch: number;
  /** How much gzip compresses. */
  readonly level: Level;
}

/** Debian's names of the processors, by npm's. */
export const DEBIAN_ARCHITECTURES: Readonly<Record<string, DebianPackage["architecture"]>> = {
  x64: "amd64",
  arm64: "arm64",
};

/** Where each shell finds what completes command lines. */
const COMPLETION_FILES = {
  bash: "usr/share/bash-completion/completions/pprotect",
  zsh: "usr/share/zsh/vendor-completions/_pprotect",
  fish: "usr/share/fish/vendor_completions.d/pprotect.fish",
} as const;

const SYNOPSIS = "keep secrets in git, encrypted in one readable file";
const PROGRAM = "usr/bin/pprotect";
const DOCUMENTATION = "usr/share/doc/pprotect";

/**
 * Writes a Debian package with the binary, the man pages and the completion of shells. Needs dpkg-deb.
 *
 * @param work an empty directory for its content, on the binary's file system; the caller removes it
 * @param target the path of the package
 * @throws Error when dpkg-deb fails
 */
export async function writeDebianPackage(
  content: DebianPackage,
  work: string,
  target: string,
): Promise<void> {
  const { binary, manPages, changelog, epoch, level } = content;
  const put = (path: string, data: string | Uint8Array): void => {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), data);
  };
  mkdirSync(join(work, "usr/bin"), { recursive: true });
  linkSync(binary, join(work, PROGRAM));
  for (const [name, text] of manPages) put(`usr/share/man/man1/${name}.gz`, compressed(text));
  for (const [shell, path] of Object.entries(COMPLETION_FILES)) {
    put(path, COMPLETION_SCRIPTS[shell as keyof typeof COMPLETION_FILES]);
  }
  put(`${DOCUMENTATION}/copyright`, copyright(content));
  put(`${DOCUMENTATION}/CHANGELOG.md.gz`, compressed(changelog));
  put("DEBIAN/control", control(content));
  setModes(work);
  await build(work, target, { epoch, level });
}

/** Compressed with gzip, since xz takes minutes for a binary of this size. */
async function build(
  work: string,
  target: string,
  { epoch, level }: Pick<DebianPackage, "epoch" | "level">,
): Promise<void> {
  const compression = ["-Zgzip", `-z${level}`];
  const dpkg = Bun.spawn(["dpkg-deb", "--root-owner-group", ...compression, "--build", work, target], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  if ((await dpkg.exited) !== 0) throw new Error(`dpkg-deb could not build ${target}`);
}

/** Modes that do not depend on the umask. */
function setModes(work: string): void {
  chmodSync(work, 0o755);
  for (const entry of readdirSync(work, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
  chmodSync(join(work, PROGRAM), 0o755);
}

/** gzip's best compression without a time or a name, as Debian asks for and as is reproducible. */
function compressed(text: string): Uint8Array {
  return Bun.gzipSync(Buffer.from(text), { level: 9 });
}

function control(content: DebianPackage): string {
  const { version, description, architecture } = content;
  return [
    "Package: pprotect",
    // A pre-release comes before its release.
    `Version: ${version.replace("-", "~")}`,
    `Architecture: ${architecture}`,
    "Maintainer: pprotect",
    "Section: utils",
    "Priority: optional",
    `Depends: libc6 (>= ${neededGlibc(content)})`,
    "Recommends: git",
    `Description: ${SYNOPSIS}`,
    ...description.split(/(?<=:) /).map((line) => ` ${line}`),
    "",
  ].join("\n");
}

/** The newest version of glibc whose symbols the binary, or an addon in it that it needs, asks for. */
function neededGlibc({ binary, optional }: DebianPackage): string {
  const all = readFileSync(binary, "latin1");
  const needed = optional ? all.replace(Buffer.from(optional).toString("latin1"), "") : all;
  const minors = [...needed.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  return `2.${Math.max(...minors)}`;
}

/** In the form that Debian asks for: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/ */
function copyright({ license, notice }: DebianPackage): string {
  const field = (text: string): string =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => (line.trim() === "" ? " ." : ` ${line}`))
      .join("\n");
  const text = readFileSync(license, "utf8");
  return [
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/",
    "Upstream-Name: pprotect",
    `Comment:\n${field(`The binary contains other software, with these licences.\n\n${notice}`)}`,
    "",
    "Files: *",
    `Copyright: ${/^Copyright \(c\) (.+)$/m.exec(text)?.[1]}`,
    "License: MIT",
    field(text),
    "",
  ].join("\n");
}
