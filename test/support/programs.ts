import { appendFileSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** What some tests start beside Node, git and Debian's essential programs, with Debian's package for it. */
export const PACKAGES = {
  Xvfb: "xvfb",
  age: "age",
  "bash-completion": "bash-completion",
  busybox: "busybox",
  "chromium-headless-shell": "chromium-headless-shell",
  curl: "curl",
  "dbus-daemon": "dbus-daemon",
  "dbus-run-session": "dbus-daemon",
  "dbus-send": "dbus-bin",
  direnv: "direnv",
  fish: "fish",
  "git-crypt": "git-crypt",
  "gnome-keyring-daemon": "gnome-keyring",
  jq: "jq",
  make: "make",
  mandoc: "mandoc",
  mksh: "mksh",
  mount: "mount",
  nano: "nano",
  openssl: "openssl",
  "pre-commit": "pre-commit",
  prlimit: "util-linux",
  ps: "procps",
  "python-dotenv": "python3-dotenv",
  python3: "python3",
  setpriv: "util-linux",
  shellcheck: "shellcheck",
  "ssh-keygen": "openssh-client",
  strace: "strace",
  systemctl: "systemd",
  "systemd-analyze": "systemd",
  tmux: "tmux",
  unshare: "util-linux",
  vim: "vim",
  xclip: "xclip",
  xsel: "xsel",
  yq: "yq",
  zsh: "zsh",
} as const;

/** What Debian does not have, with the script that installs it. */
export const SCRIPTS = {
  "git-filter-repo": "test/consumers/filter-repo/install",
  "hook-managers": "test/consumers/hook-managers/install",
} as const;

export type Program = keyof typeof PACKAGES | keyof typeof SCRIPTS;

/** What is not a program on PATH but a file. */
const FILES: Partial<Record<Program, string>> = {
  "bash-completion": "/usr/share/bash-completion/bash_completion",
  "git-filter-repo": resolve(import.meta.dir, "../consumers/filter-repo/venv/bin/git-filter-repo"),
  // The last one that the script installs.
  "hook-managers": resolve(import.meta.dir, "../consumers/hook-managers/venv/bin/pre-commit"),
};

/** The programs that are found on PATH. */
export const ON_PATH: readonly string[] = Object.keys(PACKAGES).filter((program) => !(program in FILES));

/** Set, a missing program is an error and skips nothing. */
export const REQUIRE_VARIABLE = "PPROTECT_TEST_REQUIRE_PROGRAMS";
/** The file in which the names of the missing programs are collected, one a line, for the end of the run. */
export const MISSING_VARIABLE = "PPROTECT_TEST_MISSING_FILE";
/**
 * A directory that has a directory with a link for each program in {@link ON_PATH}. Set, a test file finds on its PATH
 * only those programs of them that it names to {@link needs}: each file has an environment of its own. `Bun.spawn` and
 * `Bun.which` see that when they are given `process.env`, and not by themselves.
 */
export const PROGRAMS_VARIABLE = "PPROTECT_TEST_PROGRAMS";
/** Set, what is not a program on PATH counts as missing too: for runs as on a machine without it. */
export const PATH_ONLY_VARIABLE = "PPROTECT_TEST_PATH_ONLY";

/**
 * Whether all of these programs are installed: for `test.if` and `describe.if`. This is the only reason to skip a
 * test; the end of the run names what was missing.
 *
 * @throws when one is missing and {@link REQUIRE_VARIABLE} is set
 */
export function needs(...programs: readonly Program[]): boolean {
  addToPath(programs);
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) return true;
  if (process.env[REQUIRE_VARIABLE]) {
    throw new Error(`not installed: ${missing.join(", ")}; ${commandsFor(missing).join("; ")}`);
  }
  const collected = process.env[MISSING_VARIABLE];
  if (collected) appendFileSync(collected, missing.map((program) => `${program}\n`).join(""));
  return false;
}

function addToPath(programs: readonly Program[]): void {
  const directory = process.env[PROGRAMS_VARIABLE];
  if (!directory) return;
  for (const program of programs.filter((each) => !isInstalled(each)))
    process.env.PATH = `${process.env.PATH}:${join(directory, program)}`;
}

/** The line that says what has to be installed for the tests that were skipped. */
export function skipLine(missing: readonly Program[], tests: number): string {
  const commands = commandsFor(missing).map((command) => `\`${command}\``);
  return `skipped: ${tests} tests need ${missing.join(", ")}; ${commands.join("; ")}`;
}

/** The commands that install some programs, each once. */
function commandsFor(programs: readonly Program[]): string[] {
  const packages = programs.flatMap((program) => (isPackage(program) ? PACKAGES[program] : []));
  const scripts = programs.flatMap((program) => (isPackage(program) ? [] : SCRIPTS[program]));
  const sorted = [...new Set(packages)].toSorted();
  return [...(sorted.length > 0 ? [`apt-get install ${sorted.join(" ")}`] : []), ...new Set(scripts)];
}

function isPackage(program: Program): program is keyof typeof PACKAGES {
  return program in PACKAGES;
}

/** Whether a program is on PATH, or its file is there. */
export function isInstalled(program: Program): boolean {
  const file = FILES[program];
  if (file !== undefined) return existsSync(file) && !process.env[PATH_ONLY_VARIABLE];
  return Bun.which(program, { PATH: process.env.PATH ?? "" }) !== null;
}
