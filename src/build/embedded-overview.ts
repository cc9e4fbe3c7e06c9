import type { BunPlugin } from "bun";
import { overviewText } from "../cli/startup/overview-text.ts";

/** Puts the overview's text into the binary, so that `--help` loads no command at all. */
export function embeddedOverview(): BunPlugin {
  return {
    name: "embedded-overview",
    setup(build) {
      build.onLoad({ filter: /[/\\]cli[/\\]startup[/\\]overview-text\.ts$/ }, async () => ({
        loader: "ts",
        contents: `export const overviewText = async () => ${JSON.stringify(await overviewText())};`,
      }));
    },
  };
}
