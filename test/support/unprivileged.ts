import { chmodSync, copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { binary } from "./binary.ts";
import type { Program } from "./programs.ts";
import type { Sandbox } from "./sandbox.ts";

/** A user without rights, and without files of its own. */
const NOBODY = "65534";

/** What {@link withoutRights} starts: for `needs`. */
export const DROPPING_RIGHTS: readonly Program[] = process.getuid?.() === 0 ? ["setpriv"] : [];

/** Turns a command into one that runs without root's rights: root itself may read and trace everything. */
export function withoutRights(command: readonly string[]): string[] {
  if (process.getuid?.() !== 0) return [...command];
  return ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", ...command];
}

/** Lets everyone into a sandbox, and puts a copy of the binary there. @returns the copy's path */
export function openToEveryone(box: Sandbox): string {
  const copy = join(box.folder, "pprotect");
  copyFileSync(binary(), copy);
  for (const path of [copy, box.folder, dirname(box.folder)]) chmodSync(path, 0o755);
  return copy;
}
