/**
 * What dotenv readers, docker compose and shells may replace in a value: `$NAME`, `${…}`, `$(…)`.
 * A dollar sign before anything else is one to all of them.
 */
const REFERENCE = /\$(?:[A-Za-z0-9_]|\{[^}]*\}|\()/;

/** Whether a value has something that a program which reads it may replace. */
export function hasReference(value: string): boolean {
  return REFERENCE.test(value);
}
