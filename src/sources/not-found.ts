import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import type { Step } from "./cascade.ts";

/** The error where no source has a value, with what each has said. */
export function notFound(name: string, steps: readonly Step[]): PprotectError {
  const tried = steps.map(({ source, detail }) => `${source}: ${detail}`).join("; ");
  return new PprotectError("no_such_secret", `no source has "${displayName(name)}"`, tried);
}
