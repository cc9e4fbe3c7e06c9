import type { BunPlugin } from "bun";
import { defaultOverview } from "../cli/report/help/default-overview.ts";
import { embeddedModule } from "./embedded-module.ts";

/** Puts the overview's text into the binary, so that `--help` needs no list of the commands. */
export function embeddedOverview(): BunPlugin {
  return embeddedModule(
    "cli/report/help/default-overview.ts",
    async () => `export const defaultOverview = async () => ${JSON.stringify(await defaultOverview())};`,
  );
}
