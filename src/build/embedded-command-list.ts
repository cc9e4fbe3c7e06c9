import type { BunPlugin } from "bun";
import { embeddedCommands } from "../cli/argv/embedded-commands.ts";
import { embeddedModule } from "./embedded-module.ts";

/** Puts the declarations of all commands into the binary, so that help and completion load none of the commands. */
export function embeddedCommandList(): BunPlugin {
  return embeddedModule(
    "cli/argv/embedded-commands.ts",
    async () => `export const embeddedCommands = async () => (${JSON.stringify(await embeddedCommands())});`,
  );
}
