import { chmodSync, lstatSync, mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/**
 * Debian has these beside the programs of its essential packages: an awk, which is one of several and so no file of
 * a package, and what README.md asks for.
 */
const ALWAYS = ["awk", "node", "npm", "npx", "git"];

/** Where Debian's packages have their programs, and after them what PATH says. */
const PLACES = ["/usr/bin", "/usr/sbin", process.env.PATH].join(":");

/**
 * Makes a directory with links to the programs of Debian's essential packages, to Node, npm and git: as
 * a PATH it is a machine that has these and nothing else.
 *
 * @returns the directory, for the caller to remove
 * @throws when this is no Debian, or one of the programs is not installed
 */
export function onlyPrograms(): string {
  const directory = mkdtempSync(join(tmpdir(), "pprotect-path-"));
  // For tests that run a program without root's rights.
  chmodSync(directory, 0o755);
  for (const path of essentialPrograms()) link(path, join(directory, basename(path)));
  for (const name of ALWAYS) link(found(name), join(directory, name));
  return directory;
}

/** Node and git as the user has them, but Debian's own python3 and not a wrapper for it. */
function found(name: string): string {
  const path = Bun.which(name, ALWAYS.includes(name) ? {} : { PATH: PLACES });
  if (path === null) throw new Error(`${name} is not installed`);
  return path;
}

/**
 * Makes a directory that has, for each of some programs, a directory of its own with a link to it.
 *
 * @returns the directory, for the caller to remove
 * @throws when one of the programs is not installed
 */
export function directoryOfEach(names: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), "pprotect-programs-"));
  chmodSync(directory, 0o755);
  for (const name of names) {
    mkdirSync(join(directory, name));
    link(found(name), join(directory, name, name));
  }
  return directory;
}

/** The paths of the programs that every Debian has: those of the packages marked "Essential: yes". */
function essentialPrograms(): string[] {
  const packages = output("dpkg-query", "--show", `--showformat=\${Essential} \${Package}\n`)
    .split("\n")
    .filter((line) => line.startsWith("yes "))
    .map((line) => line.slice("yes ".length));
  if (packages.length === 0) throw new Error("dpkg knows no essential package");
  return output("dpkg", "--listfiles", ...packages)
    .split("\n")
    .filter((path) => /^(?:\/usr)?\/s?bin\/[^/]+$/.test(path) && Bun.which(path) !== null);
}

function output(...command: readonly string[]): string {
  const { success, stdout, stderr } = Bun.spawnSync([...command]);
  if (!success) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout.toString();
}

/** The first of a name stays: on a Debian whose /bin is /usr/bin both are listed. */
function link(target: string, path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) symlinkSync(target, path);
}
