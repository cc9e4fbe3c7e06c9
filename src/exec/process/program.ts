/** A program to start. */
export interface Program {
  /** The file to run. */
  readonly path: Uint8Array;
  /** Its name, as the user typed it, and its arguments. */
  readonly words: readonly Uint8Array[];
  /** Its variables, each `NAME=value`. */
  readonly variables: readonly Uint8Array[];
}

/** The value of a variable; the last one counts, as the secrets are at the end. */
export function variableValue(variables: readonly Uint8Array[], name: string): Uint8Array | undefined {
  const start = Buffer.from(`${name}=`);
  const found = variables.findLast(
    (variable) => Buffer.compare(variable.subarray(0, start.length), start) === 0,
  );
  return found?.subarray(start.length);
}

/** The program that execvp(3) runs in place of a script without `#!`: the shell, with the script. */
function inShell({ path, words, variables }: Program): Program {
  return { path: Buffer.from("/bin/sh"), words: [Buffer.from("sh"), path, ...words.slice(1)], variables };
}

/**
 * Starts a program, or the shell with it where the system says that it is a script without `#!` (`ENOEXEC`).
 *
 * @param start gives the system's name of the error if it fails
 */
export function startOrInShell<Started>(program: Program, start: (program: Program) => Started): Started {
  const started = start(program);
  return started === "ENOEXEC" ? start(inShell(program)) : started;
}

/** Variables as the runtime takes them. */
export function asRecord(variables: readonly Uint8Array[]): Record<string, string> {
  return Object.fromEntries(
    variables.map((variable) => {
      const text = new TextDecoder().decode(variable);
      const at = text.indexOf("=", 1);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
