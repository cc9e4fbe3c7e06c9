import { commandList } from "../../argv/command-list.ts";
import { overview } from "./pages.ts";
import { DEFAULT_WIDTH } from "./width.ts";

/** The overview at the usual width. The build puts the finished text in this module's place. */
export async function defaultOverview(): Promise<string> {
  return overview(await commandList(), DEFAULT_WIDTH);
}
