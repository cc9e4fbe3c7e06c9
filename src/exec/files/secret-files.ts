import { closeSync, existsSync } from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import { suggest } from "../../common/suggest.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { ChosenSecret, SecretChoice } from "../selection.ts";
import { holdOpen } from "./fd-holder.ts";
import { openSecretInMemory } from "./secret-in-memory.ts";
import { writeTemporaryFiles } from "./temporary-directory.ts";

/** @throws PprotectError `no_such_secret` when `--as-file` names a secret that is not selected */
export function checkFileNames(choices: readonly SecretChoice[], names: readonly string[]): void {
  const chosen = choices.map(({ name }) => name);
  for (const name of names) {
    if (chosen.includes(name)) continue;
    const near = suggest(name, chosen);
    throw new PprotectError(
      "no_such_secret",
      `--as-file ${displayName(name)}: no such secret is selected`,
      near === undefined ? undefined : `did you mean "${displayName(near)}"?`,
    );
  }
}

/** Secrets as the program gets them: some values are replaced by the path of a file. */
export interface PlacedSecrets {
  readonly secrets: readonly ChosenSecret[];
  /** Removes the files. Missing when the kernel does that once the program ends. */
  readonly remove?: () => void;
}

/**
 * Writes the named secrets to private files, and replaces their values by the files' paths.
 * @throws PprotectError `file_error`
 */
export async function placeFiles(
  secrets: readonly ChosenSecret[],
  names: readonly string[],
): Promise<PlacedSecrets> {
  const toPlace = secrets.filter(({ name }) => names.includes(name));
  const values = toPlace.map(({ value }) => value);
  const inMemory = await memoryFiles(values);
  const files = inMemory ? { paths: inMemory } : writeTemporaryFiles(values);
  const pathOf = new Map(toPlace.map((secret, index) => [secret, files.paths[index] ?? ""]));
  const placed = secrets.map((secret) => ({ ...secret, value: pathOf.get(secret) ?? secret.value }));
  return { secrets: placed, ...("remove" in files && { remove: files.remove }) };
}

/** @returns paths of files in memory, or `undefined` if the system has none */
async function memoryFiles(values: readonly string[]): Promise<readonly string[] | undefined> {
  const descriptors: number[] = [];
  try {
    for (const value of values) {
      const descriptor = openSecretInMemory(value);
      if (descriptor === undefined) return undefined;
      descriptors.push(descriptor);
    }
    const paths = await holdOpen(descriptors);
    // Without /proc, or /bin/sleep, the paths do not exist.
    return paths.every((path) => existsSync(path)) ? paths : undefined;
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}
