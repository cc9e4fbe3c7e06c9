import { overview } from "./help.ts";
import { buildCli } from "./parser.ts";
import { loadAll } from "./registry.ts";

/** The overview, from the definitions of all commands. The build puts the finished text in this module's place. */
export async function overviewText(): Promise<string> {
  return overview(buildCli(await loadAll()));
}
