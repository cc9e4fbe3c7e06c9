import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { binary } from "./binary.ts";
import { pprotect, type Result } from "./run.ts";
import { removeFolders, type Sandbox, sandbox } from "./sandbox.ts";
import { ALICE, sampleStore, secretsOf } from "./stores.ts";

/** Directories in memory, in which an edited text is. */
const runtimes: string[] = [];

/** For `afterAll` of a test file that makes some. */
export function removeEditBoxes(): void {
  removeFolders();
  for (const path of runtimes) rmSync(path, { recursive: true, force: true });
}

/** The values of `dev` in the sample store. */
export const BEFORE = secretsOf(sampleStore(), "dev", ALICE);

export interface EditBox extends Sandbox {
  /** The directory that texts are made in. */
  readonly runtime: string;
  readonly env: Record<string, string>;
  /** Runs `edit` with a shell script as the editor: `$1` is the file. */
  edit(script: string, args?: readonly string[], input?: string): Promise<Result>;
  values(domain?: string): Record<string, string>;
}

export function editBox(text?: string): EditBox {
  const box = sandbox(text);
  const runtime = mkdtempSync("/dev/shm/pprotect-test-");
  runtimes.push(runtime);
  const env = {
    PPROTECT_USER: ALICE.name,
    PPROTECT_PASSPHRASE: ALICE.passphrase,
    XDG_RUNTIME_DIR: runtime,
    XDG_STATE_HOME: box.path("state"),
    PPROTECT: binary(),
    BOX: box.folder,
  };
  return {
    ...box,
    runtime,
    env,
    edit: (script, args = ["dev"], input = "") => {
      const path = box.write("editor", `#!/bin/sh\n${script}\n`);
      chmodSync(path, 0o755);
      return pprotect(["edit", ...args], { cwd: box.folder, env: { ...env, EDITOR: path }, input });
    },
    values: (domain = "dev") => secretsOf(box.read(), domain, ALICE),
  };
}
