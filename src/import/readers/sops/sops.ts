import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { decodeUtf8, encodeUtf8 } from "../../../common/utf8.ts";
import { type Environment, sopsIdentities } from "../../../system/age-identities.ts";
import { findOnAbsolutePath } from "../../../system/find-executable.ts";
import type { Note, ReadResult } from "../../entry.ts";
import { STANDARD_INPUT } from "../../input-text.ts";
import { invalidImport } from "../../invalid-import.ts";
import { lastWins } from "../../last-wins.ts";
import { type Leaf, leavesOf, namedLeaves } from "../flatten.ts";
import { parseJsonTree } from "../json-tree.ts";
import { sopsDataKey } from "./data-key.ts";
import { decryptSops, MacMismatchError } from "./decrypt.ts";
import { encryptionRules } from "./encryption-rules.ts";
import { parseSopsFile, type SopsFile, type SopsKind } from "./sops-file.ts";
import { decryptWithProgram } from "./sops-program.ts";

/** What a file of SOPS holds, decrypted. */
export interface OpenedSops {
  readonly kind: SopsKind;
  /** Of a binary file, one. */
  readonly leaves: readonly Leaf[];
  /** Whether the program `sops` decrypted it: lines of what it printed are not lines of the file. */
  readonly byProgram: boolean;
}

/**
 * Decrypts a file of SOPS: ourselves, when it is encrypted to an age key that we find, else with the program `sops`, if
 * it is installed.
 *
 * @param text without a byte order mark
 * @param environment where SOPS would look for keys
 * @throws InvalidImportError; PprotectError `missing_credentials`, `cannot_open`, `file_error`; MacMismatchError
 */
export async function openSops(text: string, file: string, environment: Environment): Promise<OpenedSops> {
  const sops = parseSopsFile(text, file);
  const { kind } = sops;
  const own = await decryptOurselves(sops, file, environment);
  if (Array.isArray(own)) return { kind, leaves: own, byProgram: false };
  const program = findOnAbsolutePath("sops", environment.PATH);
  if (program === undefined) throw own;
  const plaintext = decodeUtf8(
    await decryptWithProgram(program, encodeUtf8(text), { kind, file, environment }),
  );
  if (plaintext === undefined) throw invalidImport(file, undefined, "is not UTF-8 text when decrypted");
  const leaves =
    kind === "binary"
      ? [{ path: ["data"], value: plaintext, line: 1 }]
      : leavesOf(parseJsonTree(plaintext, file), file);
  return { kind, leaves, byProgram: true };
}

/** Reads the names and values of a file of SOPS. @throws as {@link openSops} */
export async function readSops(text: string, file: string, environment: Environment): Promise<ReadResult> {
  const opened = await openSops(text, file, environment);
  const result = named(opened.leaves, opened.kind, file);
  if (!opened.byProgram) return result;
  return {
    entries: result.entries.map((entry) => ({ ...entry, line: undefined })),
    notes: result.notes.map((note) => ({ ...note, line: undefined })),
  };
}

/** @returns the values, or why only the program may be able to decrypt the file */
async function decryptOurselves(
  sops: SopsFile,
  file: string,
  environment: Environment,
): Promise<Leaf[] | PprotectError> {
  const { metadata } = sops;
  const isEncrypted = encryptionRules(metadata);
  const reason =
    metadata.needsProgram ?? (isEncrypted ? undefined : "has a rule that is a complex regular expression");
  if (reason !== undefined || !isEncrypted) {
    return new PprotectError(
      "cannot_open",
      `${displayName(file)}: ${reason}, which only the program sops can decrypt`,
      "install sops, or decrypt the file with it",
    );
  }
  const { identities, places } = sopsIdentities(environment);
  const key = await sopsDataKey(metadata, identities);
  if (!key) {
    const recipients = metadata.age.map(({ recipient }) => displayName(recipient)).join(", ");
    return new PprotectError(
      "missing_credentials",
      `${displayName(file)}: no age identity for ${recipients === "" ? "any recipient" : recipients}`,
      `looked in ${places.join(", ")}; sops itself, which knows more kinds of keys, is not installed`,
    );
  }
  try {
    return decryptSops(sops, key, isEncrypted, file);
  } catch (error) {
    // Of values in the clear, SOPS hashes what its parser made of them: it may see others than we do.
    if (error instanceof MacMismatchError) return error;
    throw error;
  }
}

function named(leaves: readonly Leaf[], kind: SopsKind, file: string): ReadResult {
  if (kind === "binary") return binary(leaves[0]?.value ?? "", file);
  const { entries, notes } = namedLeaves(leaves, file);
  if (kind !== "dotenv") return { entries, notes };
  const quoted = entries
    .filter(({ value }) => /^(["']).*\1$/s.test(value))
    .map(({ name, line }): Note => ({ kind: "quotes", name, line }));
  return { entries, notes: [...notes, ...quoted] };
}

/** A binary file is one value, named as the file is: `tls.key.enc` holds `tls.key`. */
function binary(value: string, file: string): ReadResult {
  const base = file.replace(/^.*[/\\]/, "").replace(/\.(?:enc|encrypted|sops)$/i, "");
  const name = base === STANDARD_INPUT || base === "" ? "data" : base;
  return lastWins([{ name, value, line: undefined }], [], file);
}
