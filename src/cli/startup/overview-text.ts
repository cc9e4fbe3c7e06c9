import { buildCli } from "../argv/parser.ts";
import { loadAll } from "../argv/registry.ts";
import { overview } from "../report/help.ts";

/** The overview, from the definitions of all commands. The build puts the finished text in this module's place. */
export async function overviewText(): Promise<string> {
  return overview(buildCli(await loadAll()));
}
