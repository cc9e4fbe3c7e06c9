/** A command of a document and what it says that it prints. */
export interface Step {
  readonly command: string;
  /** A line of `…` stands for any lines. */
  readonly output: readonly string[];
}

/** Every `$ command` of a document's console blocks, in order. */
export function consoleSteps(document: string): Step[] {
  const found: { command: string; output: string[] }[] = [];
  for (const [, block = ""] of document.matchAll(/```console\n([\s\S]*?)```/g)) {
    for (const line of block.trimEnd().split("\n")) {
      if (line.startsWith("$ ")) found.push({ command: line.slice(2), output: [] });
      else found.at(-1)?.output.push(line);
    }
  }
  return found;
}
