import { clipanionWithoutTerminal } from "./clipanion-platform.ts";
import { embeddedAddon } from "./embedded-addon.ts";
import { embeddedOverview } from "./embedded-overview.ts";

/**
 * Compiles the command line into one file that needs nothing beside it.
 *
 * Without the two autoload switches a compiled binary would load `.env` and `bunfig.toml`, preload scripts
 * included, from whatever folder it is started in.
 */
export async function compile(outfile: string): Promise<void> {
  const result = await Bun.build({
    entrypoints: ["src/cli/main.ts"],
    target: "bun",
    format: "esm",
    minify: true,
    bytecode: true,
    splitting: true,
    compile: { outfile, autoloadDotenv: false, autoloadBunfig: false },
    plugins: [embeddedAddon(), embeddedOverview(), clipanionWithoutTerminal()],
  });
  for (const log of result.logs) console.error(log);
  if (!result.success) process.exit(1);
}
