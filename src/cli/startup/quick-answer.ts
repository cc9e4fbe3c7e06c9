import { isTerminalByBinding } from "../../system/terminal-binding.ts";
import { isVersionAlone, withVersionCommand } from "../argv/normalize.ts";
import { VERSION_LINE } from "./version.ts";

/**
 * Answers `version` and `--help` alone, without the modules of the other commands: even node:fs takes longer to load than
 * the runtime takes to print a line.
 *
 * @param words the words after the program's name
 * @returns whether it was answered; if the answer could not be written, the command does it again and reports the error
 */
export async function answerQuickly(words: readonly string[]): Promise<boolean> {
  try {
    // Fails where the current directory was removed, which is an error of every command.
    process.cwd();
    const text = await quickAnswer(words);
    if (text === undefined) return false;
    await Bun.write(Bun.stdout, text);
    return true;
  } catch {
    return false;
  }
}

async function quickAnswer(words: readonly string[]): Promise<string | undefined> {
  if (isVersionAlone(withVersionCommand(words))) return `${VERSION_LINE}\n`;
  if (words.length !== 1 || !HELP_OPTIONS.includes(words[0] ?? "") || !hasUsualWidth()) return undefined;
  const { defaultOverview } = await import("../report/help/default-overview.ts");
  return defaultOverview();
}

const HELP_OPTIONS: readonly string[] = ["--help", "-h"];

/** Whether nothing says how wide help is to be; see `helpWidth`. */
function hasUsualWidth(): boolean {
  return process.env.COLUMNS === undefined && isTerminalByBinding(1) === false;
}
