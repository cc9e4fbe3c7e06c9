import { closeSync, existsSync } from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import { suggest } from "../../common/suggest.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { Choice, ChosenSecret } from "../selection.ts";
import { holdOpen } from "./fd-holder.ts";
import { isFileName, LONGEST_NAME } from "./file-name.ts";
import { writeMemoryFiles } from "./memory-files.ts";
import { openSecretInMemory } from "./secret-in-memory.ts";
import { writeTemporaryFiles } from "./temporary-files.ts";

/** A secret to pass as a file. */
export interface FileRequest {
  /** The secret's name. */
  readonly secret: string;
  /** The file's name, if the user chose one. */
  readonly file: string | undefined;
}

/** A file to write. */
export interface FileContent {
  readonly name: string;
  readonly content: string;
}

/**
 * Reads the values of `--as-file`: `NAME` or `NAME=FILE`; with what a manifest wishes.
 * @throws PprotectError `no_such_secret` when one names a secret that is not selected; `usage` when FILE is not a file's
 *   name
 */
export function readFileRequests(
  choices: readonly Pick<Choice, "name" | "file">[],
  given: readonly string[],
): FileRequest[] {
  const chosen = choices.map(({ name }) => name);
  const wished = choices.flatMap(({ name, file }) => (file ? [{ secret: name, file: file.name }] : []));
  const requested = given.map((each) => {
    const [, secret = "", file] = /^([^=]*)(?:=(.*))?$/s.exec(each) ?? [];
    if (!chosen.includes(secret)) throw notSelected(secret, chosen);
    if (file !== undefined && !isFileName(file)) {
      throw new PprotectError(
        "usage",
        `--as-file ${secret}=${displayName(file)}: not a file name`,
        "give a name without a directory, such as key.json",
      );
    }
    return { secret, file };
  });
  // What is on the line comes last, and so replaces what the manifest says.
  return [...wished, ...requested];
}

function notSelected(name: string, chosen: readonly string[]): PprotectError {
  const near = suggest(name, chosen);
  return new PprotectError(
    "no_such_secret",
    `--as-file ${displayName(name)}: no such secret is selected`,
    near === undefined ? undefined : `did you mean "${displayName(near)}"?`,
  );
}

/** Files that the kernel or a helper removes when this process ends. */
export interface HeldFiles {
  readonly paths: readonly string[];
  /** Removes them before that. */
  readonly release: () => void;
}

/** Secrets as the program gets them: some values are replaced by the path of a file. */
export interface PlacedSecrets {
  readonly secrets: readonly ChosenSecret[];
  /** Removes the files. Missing when the kernel does that once the program ends. */
  readonly remove?: () => void;
  /** Removes them at once, whatever would remove them otherwise. */
  readonly release: () => void;
}

/**
 * Writes the requested secrets to private files, and replaces their values by the files' paths.
 * @throws PprotectError `file_error`
 */
export async function placeFiles(
  secrets: readonly ChosenSecret[],
  requests: readonly FileRequest[],
): Promise<PlacedSecrets> {
  const requested = new Map(requests.map((request) => [request.secret, request]));
  const toPlace = secrets.filter(({ name }) => requested.has(name));
  const contents = toPlace.map(({ name, value }) => ({
    // A secret may have a longer name than a file.
    name: requested.get(name)?.file ?? name.slice(0, LONGEST_NAME),
    content: value,
  }));
  const held = (await writeMemoryFiles(contents)) ?? (await heldFiles(contents));
  const files = held ?? writeTemporaryFiles(contents);
  const pathOf = new Map(toPlace.map((secret, index) => [secret, files.paths[index] ?? ""]));
  const placed = secrets.map((secret) => ({ ...secret, value: pathOf.get(secret) ?? secret.value }));
  return "remove" in files
    ? { secrets: placed, remove: files.remove, release: files.remove }
    : { secrets: placed, release: files.release };
}

/** @returns paths of files in memory that have no name of their own, or `undefined` if the system has none */
async function heldFiles(contents: readonly FileContent[]): Promise<HeldFiles | undefined> {
  const descriptors: number[] = [];
  try {
    for (const { content: value } of contents) {
      const descriptor = openSecretInMemory(value);
      if (descriptor === undefined) return undefined;
      descriptors.push(descriptor);
    }
    const held = await holdOpen(descriptors);
    // Without /proc, or /bin/sleep, the paths do not exist.
    return held.paths.every((path) => existsSync(path)) ? held : undefined;
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}
