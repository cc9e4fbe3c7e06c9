import type { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import type { AccessContent } from "./entry.ts";

const log = lazy(() => require("./append.ts") as typeof import("./append.ts"));

/** A secret that was opened. */
export interface SecretReference {
  readonly domain: string;
  readonly name: string;
}

/** Domains with the names of secrets in them; without names, all of a domain. */
export type Names = NonNullable<AccessContent["domains"]>;

/** The domains of secrets with their names. @param store the store's real path */
export function namesOf(store: string, secrets: readonly SecretReference[]): Names {
  const names = new Map<string, string[]>();
  for (const { domain, name } of secrets) {
    const known = names.get(domain);
    if (known) known.push(name);
    else names.set(domain, [name]);
  }
  return [...names].map(([domain, chosen]) => ({ store, domain, secrets: distinct(chosen) }));
}

/** Each name once. Those of a whole domain are in order already, and a set of very many takes memory. */
function distinct(names: string[]): string[] {
  const isAscending = names.every((name, at) => at === 0 || (names[at - 1] ?? "") < name);
  return isAscending ? names : [...new Set(names)];
}

/** Whether an error is of someone who tried to open something, rather than gave up before. */
export function isAttempt({ code }: PprotectError): boolean {
  return !["missing_credentials", "aborted", "interrupted", "end_of_input", "usage"].includes(code);
}

/** Writes a command's entries into the access log of this machine. */
export class AccessRecorder {
  readonly #action: string;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #warn: (message: string) => void;

  /** @param action the words of the command, or `library` */
  constructor(
    action: string,
    environment: Readonly<Record<string, string | undefined>>,
    warn: (message: string) => void,
  ) {
    this.#action = action;
    this.#environment = environment;
    this.#warn = warn;
  }

  /** Whether the log is required. @throws PprotectError `usage` when the environment does not say it clearly */
  check(): boolean {
    return log().isAuditRequired(this.#environment);
  }

  /**
   * Records what was done. Where the log is required, the entry is on the disk when this returns.
   * @throws PprotectError `file_error` when the log is required and cannot be written: hand nothing out then
   */
  async record(content: Partial<AccessContent>): Promise<void> {
    await log().recordAccess(
      { stateDirectory: stateDirectory(this.#environment), required: this.check(), warn: this.#warn },
      { action: this.#action, result: "ok", pid: process.pid, ...content },
    );
  }

  /** Records what failed; that it cannot be recorded is only a warning, since nothing is handed out. */
  async recordFailure(content: Partial<AccessContent>): Promise<void> {
    await log().recordAccess(
      { stateDirectory: stateDirectory(this.#environment), required: false, warn: this.#warn },
      { action: this.#action, result: "failed", pid: process.pid, ...content },
    );
  }
}
