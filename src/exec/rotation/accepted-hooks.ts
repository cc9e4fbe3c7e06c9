import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as t from "typanion";
import type { RotationRules } from "../../config/rotation/section.ts";
import { writeAtomically } from "../../system/atomic-write.ts";
import { readBounded } from "../../system/bounded-read.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { withLock } from "../../system/file-lock.ts";

/** Larger files are not scripts. */
const MAX_SCRIPT = 4 * 1024 * 1024;
const PATIENCE = { timeout: 15_000, quiet: 1_000 };

const isAccepted = t.isRecord(t.isString());

/** The commands of a configuration, and the files of the project that they name. */
export interface ConfiguredHooks {
  /** The configuration's real path. */
  readonly config: string;
  readonly commands: readonly { readonly of: string; readonly action: string; readonly command: string }[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
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
  const words = commands
    .flatMap(({ command }) => command.split(/[\s'"`;|&<>()$=]+/))
    .filter((word) => word !== "");
  const files = [...new Set(words)].flatMap((word) => {
    const path = resolve(dirname(config), word);
    const text = scriptAt(path);
    return text === undefined ? [] : [{ path, text }];
  });
  const digest = createHash("sha256").update(JSON.stringify({ commands, files })).digest("hex");
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
    writeAtomically(path, `${JSON.stringify(accepted, undefined, 2)}\n`, undefined);
  });
}

function readAccepted(stateDirectory: string): Readonly<Record<string, string>> {
  const path = acceptedPath(stateDirectory);
  try {
    const found: unknown = JSON.parse(readFileSync(path, "utf8"));
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

function scriptAt(path: string): string | undefined {
  try {
    const bytes = readBounded(path, path, MAX_SCRIPT);
    return bytes && Buffer.from(bytes).toString("latin1");
  } catch {
    return undefined;
  }
}
