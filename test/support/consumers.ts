import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./run.ts";

/** What a program made of variables: name and value. */
export type Read = Readonly<Record<string, string | undefined>>;

/** A program that reads what we write. */
export interface Consumer {
  readonly name: string;
  /** @param directory one of its own, for files */
  readonly read: (text: string, names: readonly string[], directory: string) => Promise<Read>;
}

/** What a shell's command line ends with for {@link throughShell}: prints all variables, each with a NUL byte after it. */
export const PRINT_VARIABLES = "/usr/bin/env -0";

/** Runs a shell's command line that ends with {@link PRINT_VARIABLES}. Other files are there, for globs to find. */
export async function throughShell(
  command: readonly string[],
  names: readonly string[],
  directory: string,
): Promise<Read> {
  const files = join(directory, "files");
  mkdirSync(files, { recursive: true });
  for (const name of ["a", "b", "export", "x y"]) writeFileSync(join(files, name), "");
  const { stdout, stderr, status } = await runProgram([...command], {
    cwd: files,
    env: { LC_ALL: "C.UTF-8" },
  });
  if (status !== 0) throw new Error(`${command[0]} failed: ${stderr}`);
  const variables = stdout.split("\0").map((variable): [string, string] => {
    const [name = "", ...value] = variable.split("=");
    return [name, value.join("=")];
  });
  return Object.fromEntries(variables.filter(([name]) => names.includes(name)));
}

/** Runs a program that prints JSON. */
export async function jsonOf(command: readonly string[], directory: string, input = ""): Promise<unknown> {
  const { stdout, stderr, status } = await runProgram([...command], {
    cwd: directory,
    input,
    env: { LC_ALL: "C.UTF-8" },
  });
  if (status !== 0) throw new Error(`${command[0]} failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** Set, tests run more programs that read what we write: those that Debian does not have. docs/formats.md says which. */
const MORE_VARIABLE = "PPROTECT_TEST_MORE_CONSUMERS";

/** The path of a program that no machine needs for the tests, when {@link MORE_VARIABLE} is set: one or none. */
export function moreConsumers(program: string): readonly string[] {
  if (!process.env[MORE_VARIABLE]) return [];
  const found = Bun.which(program);
  if (found === null) throw new Error(`${MORE_VARIABLE} is set, and ${program} is not installed`);
  return [found];
}
