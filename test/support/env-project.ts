import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GIT_IDENTITY } from "./git-identity.ts";
import { pprotect, runProgram } from "./run.ts";
import { emptyFolder, sandbox } from "./sandbox.ts";
import { ALICE } from "./stores.ts";

const MANIFEST = JSON.stringify({
  secrets: [
    { name: "api-key", env_var: "API_KEY", domain: "dev" },
    { name: "token", env_var: "TOKEN", domain: "prod" },
  ],
});
/** What `env` writes there. */
export const TEXT = "API_KEY=dev-api-key\nTOKEN=prod-token\n";

/** A folder with a store and a manifest, and a state folder of its own; a repository that ignores `.env` unless told. */
export async function envProject({ git = true, ignored = "/.env\n" } = {}) {
  const box = sandbox();
  box.write(".secrets.json", MANIFEST);
  const state = join(emptyFolder(), "state");
  const env = {
    ...GIT_IDENTITY,
    PPROTECT_USER: ALICE.name,
    PPROTECT_PASSPHRASE: ALICE.passphrase,
    XDG_STATE_HOME: state,
  };
  const run = (...args: readonly string[]) => pprotect(args, { cwd: box.folder, env });
  const shell = (line: string) => runProgram(["sh", "-c", line], { cwd: box.folder, env });
  if (git) {
    box.write(".gitignore", ignored);
    await shell("git init -q -b main");
  }
  const registry = join(state, "pprotect/written-files.json");
  return {
    ...box,
    run,
    shell,
    registry,
    dotenv: box.path(".env"),
    read: (name: string) => readFileSync(box.path(name), "utf8"),
  };
}
