import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import * as t from "typanion";
import type { RotationRules } from "../../config/rotation/section.ts";
import { OWN_FILE, writeAtomically } from "../../system/atomic-write.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { withLock } from "../../system/file-lock.ts";
import { readRegularText } from "../../system/read-regular-file.ts";
import { type NamedFile, namedFiles } from "./named-files.ts";

const PATIENCE = { timeout: 15_000, quiet: 1_000 };

const isAccepted = t.isRecord(t.isString());

/** The commands of a configuration, and the files of the project that they name. */
export interface ConfiguredHooks {
  /** The configuration's real path. */
  readonly config: string;
  readonly commands: readonly { readonly of: string; readonly action: string; readonly command: string }[];
  readonly files: readonly NamedFile[];
  /** Of all of these: what is accepted, and nothing else. */
  readonly digest: string;
}

/**
 * The commands of a configuration: anyone who can commit can write one, so none runs that this user has not accepted.
 *
 * @param config the configuration's real path; relative words of a command that name files beside it count
 */
export function configuredHooks(config: string, rules: RotationRules): ConfiguredHooks {
  const commands = [...rules].flatMap(([of, { via, verify, revokeVia }]) =>
    Object.entries({ rotate_via: via, verify, revoke_via: revokeVia }).flatMap(([action, command]) =>
      command === undefined ? [] : [{ of, action, command }],
    ),
  );
  const files = namedFiles(
    dirname(config),
    commands.map(({ command }) => command),
  );
  const digest = createHash("sha256")
    .update(JSON.stringify({ commands, files: files.map(({ path, sha256 }) => ({ path, sha256 })) }))
    .digest("hex");
  return { config, commands, files, digest };
}

/** Whether the user accepted exactly these commands and files. */
export function areAccepted({ config, digest }: ConfiguredHooks, stateDirectory: string): boolean {
  return readAccepted(stateDirectory)[config] === digest;
}

/** Accepts commands and files as they are now. @throws PprotectError `file_error`, `store_locked` */
export async function acceptHooks(
  { config, digest }: ConfiguredHooks,
  stateDirectory: string,
  onWait: (message: string) => void,
): Promise<void> {
  const path = acceptedPath(stateDirectory);
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  await withLock(path, { ...PATIENCE, onWait }, () => {
    const accepted = { ...readAccepted(stateDirectory), [config]: digest };
    writeAtomically(path, `${JSON.stringify(accepted, undefined, 2)}\n`, OWN_FILE);
  });
}

function readAccepted(stateDirectory: string): Readonly<Record<string, string>> {
  const path = acceptedPath(stateDirectory);
  try {
    const found: unknown = JSON.parse(readRegularText(path));
    // A damaged list accepts nothing.
    return isAccepted(found) ? found : {};
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return {};
    throw fileError("read", path, error);
  }
}

function acceptedPath(stateDirectory: string): string {
  return join(stateDirectory, "accepted-hooks.json");
}
