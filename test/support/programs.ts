import { appendFileSync, existsSync } from "node:fs";

/** What some tests start beside Node, git and Debian's essential programs, with Debian's package for it. */
export const PACKAGES = {
  "bash-completion": "bash-completion",
  busybox: "busybox",
  direnv: "direnv",
  fish: "fish",
  jq: "jq",
  mksh: "mksh",
  mount: "mount",
  openssl: "openssl",
  prlimit: "util-linux",
  ps: "procps",
  "python-dotenv": "python3-dotenv",
  python3: "python3",
  setpriv: "util-linux",
  "ssh-keygen": "openssh-client",
  strace: "strace",
  systemctl: "systemd",
  unshare: "util-linux",
  yq: "yq",
  zsh: "zsh",
} as const;

export type Program = keyof typeof PACKAGES;

/** What is no program on PATH but a file that a shell reads. */
const FILES: Partial<Record<Program, string>> = {
  "bash-completion": "/usr/share/bash-completion/bash_completion",
};

/** Set, a missing program is an error and skips nothing. */
export const REQUIRE_VARIABLE = "PPROTECT_TEST_REQUIRE_PROGRAMS";
/** The file in which the names of the missing programs are collected, one a line, for the end of the run. */
export const MISSING_VARIABLE = "PPROTECT_TEST_MISSING_FILE";

/**
 * Whether all of these programs are installed: for `test.if` and `describe.if`. This is the only reason to skip a
 * test; the end of the run names what was missing.
 *
 * @throws when one is missing and {@link REQUIRE_VARIABLE} is set
 */
export function needs(...programs: readonly Program[]): boolean {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) return true;
  if (process.env[REQUIRE_VARIABLE]) {
    throw new Error(
      `not installed: ${missing.join(", ")}; apt-get install ${packagesFor(missing).join(" ")}`,
    );
  }
  const collected = process.env[MISSING_VARIABLE];
  if (collected) appendFileSync(collected, missing.map((program) => `${program}\n`).join(""));
  return false;
}

/** The line that says what has to be installed for the tests that were skipped. */
export function skipLine(missing: readonly Program[], tests: number): string {
  const packages = packagesFor(missing).join(" ");
  return `skipped: ${tests} tests need ${missing.join(", ")}; \`apt-get install ${packages}\``;
}

/** Debian's packages for some programs, each once, in order. */
export function packagesFor(programs: readonly Program[]): string[] {
  return [...new Set(programs.map((program) => PACKAGES[program]))].toSorted();
}

/** Whether a program is on PATH, or its file is there. */
export function isInstalled(program: Program): boolean {
  const file = FILES[program];
  return file === undefined
    ? Bun.which(program, { PATH: process.env.PATH ?? "" }) !== null
    : existsSync(file);
}
