import { bufferOf } from "../../../common/buffer-of.ts";
import type { AddedLine } from "../../../scan/finding.ts";
import type { Repository } from "../../process/repository.ts";

/** What git does to a message before it commits it, as far as a hook can know it. */
export interface Cleanup {
  /** What a comment line begins with; `auto`: git chose a character; `undefined`: comments stay. */
  readonly comment: string | undefined;
  /** What the line before the diff of `commit --verbose` begins with; `undefined`: nothing is cut. */
  readonly scissors: string | undefined;
}

/** Git's line after the comment character and a space (`cut_line` in wt-status.c). */
const CUT_LINE = "------------------------ >8 ------------------------";

/** The characters that git chooses from with `core.commentChar=auto` (builtin/commit.c). */
const AUTO = "#;@!$%^&|:";

/**
 * How git will clean up a message (git-commit(1), `--cleanup`): by the configuration, and by whether an editor was used, of
 * which git shows its hooks by GIT_EDITOR=: (githooks(5)). A hook cannot see the options of the command line: with them,
 * lines may be scanned that are not committed, and comments may be committed that were not scanned, which the check of a push
 * finds.
 */
export async function readCleanup(
  { tryRun }: Repository,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Cleanup> {
  const setting = async (name: string) => (await tryRun("config", "--get", name))?.replace(/\n$/, "");
  const mode = (await setting("commit.cleanup")) ?? "default";
  // Without an editor git adds no comments and no diff, and `default` and `scissors` keep every line.
  const edited = environment.GIT_EDITOR !== ":";
  const listed = (await tryRun("config", "--null", "--get-regexp", "^core\\.comment(char|string)$")) ?? "";
  const char = listed.split("\0").filter(Boolean).at(-1)?.split("\n").slice(1).join("\n") ?? "#";
  return {
    comment: mode === "strip" || (mode === "default" && edited) ? char : undefined,
    // `--verbose` cuts whatever the mode is.
    scissors: edited ? char : undefined,
  };
}

/**
 * The lines of a message that git keeps, with their numbers in the file.
 * @param message UTF-8, or another encoding with ASCII in it
 */
export function keptLines(message: Uint8Array, cleanup: Cleanup): AddedLine[] {
  const lines = bufferOf(message).toString("utf8").split(/\r?\n/);
  const numbered = lines.map((text, index) => ({ number: index + 1, text }));
  const cut = cleanup.scissors === undefined ? -1 : lines.findIndex(isCut(cleanup.scissors));
  const before = cut === -1 ? numbered : numbered.slice(0, cut);
  const comment = cleanup.comment === "auto" ? chosen(lines, cut) : cleanup.comment;
  return comment === undefined ? before : before.filter(({ text }) => !text.startsWith(comment));
}

function isCut(char: string): (line: string) => boolean {
  const starts = char === "auto" ? [...AUTO] : [char];
  return (line) => starts.some((start) => line === `${start} ${CUT_LINE}`);
}

/** The character that git chose: that of the line before the diff, or of git's comment at the end of the file. */
function chosen(lines: readonly string[], cut: number): string | undefined {
  const last = cut === -1 ? lines.findLast((line) => line.trim() !== "") : lines[cut];
  const [first = ""] = last ?? "";
  return first !== "" && AUTO.includes(first) ? first : undefined;
}
