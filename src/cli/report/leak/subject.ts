import type { LeakReport } from "../../../git/leak/search.ts";
import type { Moment } from "../../../store/access/revision.ts";
import type { SecretAccess } from "../../../store/access/who-knows.ts";

/** A value that was searched. Never the value itself. */
export interface LeakSubject {
  /** Nothing for a value that was not read from the store. */
  readonly domain: string | undefined;
  readonly secret: string | undefined;
  /** Whether the secret has this value now. */
  readonly isCurrent: boolean;
  /** Since when the store has it. */
  readonly since: Moment | undefined;
}

/** What a search found, and what is known of the secrets. */
export interface LeakView {
  readonly store: string;
  /** ms since 1970. */
  readonly now: number;
  readonly report: LeakReport<LeakSubject>;
  /** Values that are too short or too common to be searched. */
  readonly left: readonly LeakSubject[];
  /** Who knows the secrets that were found. */
  readonly access: readonly SecretAccess[];
}

/** `DOMAIN/NAME`, and whether it is a former value; `name` escapes names for the place where it is printed. */
export function subjectName(
  { domain, secret, isCurrent }: LeakSubject,
  name: (name: string) => string,
): string {
  if (domain === undefined || secret === undefined) return "the value";
  const path = name(`${domain}/${secret}`);
  return isCurrent ? path : `${path} (a former value)`;
}

/** Whether a place is in a branch of a remote, and so outside of this machine. */
export function isPushed(refs: readonly string[]): boolean {
  return refs.some((ref) => ref.startsWith("refs/remotes/"));
}

/** The secrets that were found, each once: those with a value that still works first. */
export function foundSecrets({ report: { leaks } }: LeakView): readonly LeakSubject[] {
  const subjects = [...new Set(leaks.map(({ label }) => label))];
  return subjects.toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent));
}
