import { existsSync, mkdirSync, writeFileSync } from "node:fs";
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

/** Prints the variables whose names are its arguments, as JSON, from its own environment. */
const PRINT_VARIABLES =
  "process.stdout.write(JSON.stringify(Object.fromEntries(process.argv.slice(-1)[0].split(',').map(n=>[n,process.env[n]]))))";

const NODE = Bun.which("node") ?? "node";

/** Runs a shell's command line, after which NODE prints the variables. Other files are there, for globs to find. */
export async function throughShell(
  command: readonly string[],
  names: readonly string[],
  directory: string,
): Promise<Read> {
  const files = join(directory, "files");
  mkdirSync(files, { recursive: true });
  for (const name of ["a", "b", "export", "x y"]) writeFileSync(join(files, name), "");
  writeFileSync(join(directory, "print.cjs"), PRINT_VARIABLES);
  const { stdout, stderr, status } = await runProgram([...command], {
    cwd: files,
    env: { NODE, PRINT: join(directory, "print.cjs"), NAMES: names.join(","), LC_ALL: "C.UTF-8" },
  });
  if (status !== 0) throw new Error(`${command[0]} failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** Runs a program that prints JSON. */
export async function jsonOf(command: readonly string[], directory: string, input = ""): Promise<unknown> {
  const { stdout, stderr, status } = await runProgram([...command], { cwd: directory, input, env: { LC_ALL: "C.UTF-8" } });
  if (status !== 0) throw new Error(`${command[0]} failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** A Python with these modules, or nothing: Debian's own, or another on PATH. */
export function pythonWith(...modules: readonly string[]): string | undefined {
  const candidates = ["/usr/bin/python3", Bun.which("python3")].filter((each) => each !== null && existsSync(each));
  return candidates.find(
    (each) => each && Bun.spawnSync([each, "-c", `import ${modules.join(", ")}`], { stderr: "ignore" }).exitCode === 0,
  ) as string | undefined;
}

/** As `needs` of support/programs.ts: the one reason to skip a test; where everything must be installed, an error. */
export function needsTool(name: string, found: unknown): boolean {
  if (found) return true;
  if (process.env.CI) throw new Error(`not installed: ${name}`);
  return false;
}
