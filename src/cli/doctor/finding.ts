import type { PprotectError } from "../../common/errors.ts";
import type { Repository } from "../../git/process/repository.ts";
import type { KeyFile } from "../../store/key-file.ts";

/** How bad it is: `fail` when something is wrong, `warn` when it could become wrong. */
export type Level = "ok" | "warn" | "fail";

/** What one check found. */
export interface Finding {
  /** The check's name, stable for programs. */
  readonly id: string;
  readonly level: Level;
  /** A phrase, with names that are safe for a terminal. */
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
  /** Does it, where that can be undone. @throws when it fails */
  readonly repair?: () => Promise<unknown> | unknown;
}

/** What the checks look at. */
export interface Examined {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The prefix of the credential variables. */
  readonly prefix: string;
  /** The store's path as the user knows it. */
  readonly storePath: string;
  /** The store; the error where it cannot be read; nothing where there is none. */
  readonly store: KeyFile | PprotectError | undefined;
  /** The repository of the current directory, the error if git refuses to use it, or nothing if there is no repository. */
  readonly repository: Repository | PprotectError | undefined;
}

/** One or several checks on one subject. */
export type Check = (examined: Examined) => Promise<readonly Finding[]> | readonly Finding[];

/** A check that found nothing. */
export function ok(id: string, message: string): Finding {
  return { id, level: "ok", message };
}

/** A check that failed for an error. */
export function failure(id: string, { message, fix }: PprotectError): Finding {
  return { id, level: "fail", message, ...(fix !== undefined && { fix }) };
}
