import { fstatSync, readFileSync } from "node:fs";
import { commandList } from "../argv/command-list.ts";
import { withOtherNames } from "../argv/other-names.ts";
import { writeOut } from "../report/output.ts";
import { bashReply, readBashLine } from "./bash-line.ts";
import { type Candidate, offerFor } from "./candidates.ts";
import { positionOf } from "./cursor-context.ts";
import { namesFor } from "./store-names.ts";

/** What a shell's script asks: the words of its line, and how a candidate is written for it. */
interface Question {
  /** The program's name first. */
  readonly words: readonly string[];
  readonly cursor: number;
  readonly redirected: boolean;
  readonly takes: (candidate: Candidate) => boolean;
  readonly write: (candidate: Candidate) => string;
}

/**
 * Answers a shell's script when Tab is pressed: `words`, `files` or `program` on the first line, then a candidate on
 * each. The line is read from standard input, not from arguments, which other users can see; its fields end in NUL.
 *
 * It never fails and never asks: when something is wrong, nothing is offered.
 */
export async function complete(shell: string | undefined): Promise<void> {
  try {
    // A terminal, where the input would not end; isatty() would load the runtime's sockets.
    if (fstatSync(0).isCharacterDevice()) return;
    const fields = readFileSync(0, "utf8").split("\0").slice(0, -1);
    writeOut(await answer(shell === "bash" ? bashQuestion(fields) : wordsQuestion(shell, fields)));
  } catch {
    // A message would disturb the prompt; the command itself will report what is wrong.
  }
}

async function answer({ words, cursor, redirected, takes, write }: Question): Promise<string> {
  if (redirected) return "files\n";
  const list = await commandList();
  const position = positionOf(words.slice(1), cursor - 1, withOtherNames(list.commands));
  const offer = await offerFor(position, list, namesFor);
  const candidates = offer.kind === "words" ? offer.candidates.filter(takes).map(write) : [];
  return [offer.kind, ...candidates].map((line) => `${line}\n`).join("");
}

/** From bash: COMP_WORDBREAKS, the line before the cursor, and what follows. It takes what begins with the typed word. */
function bashQuestion([breaks = "", before = "", after = ""]: readonly string[]): Question {
  const line = readBashLine(before, after, breaks);
  const typed = line.words[line.cursor] ?? "";
  return { ...line, takes: ({ word }) => word.startsWith(typed), write: ({ word }) => bashReply(word, line) };
}

/** From zsh and fish: the index of the cursor's word, and the words. They choose, quote and escape by themselves. */
function wordsQuestion(shell: string | undefined, [cursor, ...words]: readonly string[]): Question {
  // Fish escapes everything but a tilde outside quotes, and would take it for a home directory.
  const bare = shell === "fish" && !/^["']/.test(words[Number(cursor)] ?? "");
  return {
    words,
    cursor: Number(cursor),
    redirected: false,
    takes: ({ word }) => !(bare && word.startsWith("~")),
    write: ({ word, description }) => (description === undefined ? word : `${word}\t${description}`),
  };
}
