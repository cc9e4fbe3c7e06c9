import type { BunPlugin } from "bun";
import { commandList } from "../cli/completion/command-list.ts";

/** Puts what completion knows of all commands into the binary, so that a press of Tab loads none of them. */
export function embeddedCommandList(): BunPlugin {
  return {
    name: "embedded-command-list",
    setup(build) {
      build.onLoad({ filter: /[/\\]cli[/\\]completion[/\\]command-list\.ts$/ }, async () => ({
        loader: "ts",
        contents: `export const commandList = async () => ${JSON.stringify(await commandList())};`,
      }));
    },
  };
}
