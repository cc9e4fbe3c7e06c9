import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeyFile } from "../../src/store/key-file.ts";
import { ALICE, BOB, sampleStore } from "./stores.ts";

// What others may read of a test's files is not up to the shell that the tests are started from.
process.umask(0o022);

let parent: string | undefined;

/** Removes every folder made here: for `afterAll` of each test file that makes some. */
export function removeFolders(): void {
  if (parent !== undefined) rmSync(parent, { recursive: true, force: true });
  parent = undefined;
}

/** A new empty folder. */
export function emptyFolder(): string {
  parent ??= mkdtempSync(join(tmpdir(), "pprotect-test-"));
  return mkdtempSync(join(parent, "t-"));
}

/** Hidden files, such as locks and what a writer has not finished; not the state directory of the sandbox's user. */
export function hiddenFiles(folder: string): string[] {
  return readdirSync(folder).filter((entry) => entry.startsWith(".") && entry !== ".local");
}

/** A folder with a store in it, and the passphrase files of its custodians. */
export interface Sandbox {
  readonly folder: string;
  /** The store's path. */
  readonly store: string;
  /** Files with the passphrases of alice, bob and of someone new. */
  readonly alice: string;
  readonly bob: string;
  readonly fresh: string;
  /** The store as it stands now. */
  read(): KeyFile;
  /** Writes a file into the folder. @returns its path */
  write(name: string, content: string | Uint8Array): string;
  /** A path in the folder. */
  path(name: string): string;
}

/** The passphrase in {@link Sandbox.fresh}. */
export const FRESH_PASSPHRASE = "a fresh passphrase of six rare words";

let sample: string | undefined;

/** A new folder with {@link sampleStore} in it, or with another text, or without a store. */
export function sandbox(text?: string | Uint8Array | null): Sandbox {
  const folder = emptyFolder();
  const path = (name: string): string => join(folder, name);
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(path(name), content);
    return path(name);
  };
  const writePassphrase = (name: string, passphrase: string): string => {
    writeFileSync(path(name), `${passphrase}\n`, { mode: 0o600 });
    return path(name);
  };
  const store = path("protected.yaml");
  sample ??= sampleStore().toString();
  if (text !== null) write("protected.yaml", text ?? sample);
  return {
    folder,
    store,
    alice: writePassphrase("alice.pw", ALICE.passphrase),
    bob: writePassphrase("bob.pw", BOB.passphrase),
    fresh: writePassphrase("fresh.pw", FRESH_PASSPHRASE),
    read: () => KeyFile.parse(readFileSync(store), store),
    write,
    path,
  };
}
