import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";

/** A ref that a push changes. */
export interface RefUpdate {
  /** Its name in the repository that is pushed to. */
  readonly ref: string;
  /** The object that it had there; `undefined` for a new ref. */
  readonly before: string | undefined;
  /** The object that it gets; `undefined` when it is deleted. */
  readonly after: string | undefined;
}

/** SHA-1 or SHA-256; all zeros stand for no object. */
const ID = "([0-9a-f]{40}|[0-9a-f]{64})";
const NO_OBJECT = /^0+$/;

/** `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID`; only the first may have blanks: it is what the user typed, such as `HEAD@{1 day ago}`. */
const PRE_PUSH = new RegExp(`^.+ ${ID} (\\S+) ${ID}$`);
/** `OLD-ID NEW-ID REF` */
const PRE_RECEIVE = new RegExp(`^${ID} ${ID} (\\S+)$`);

/** The lines that git gives to the hook `pre-push` (githooks(5)). @throws PprotectError `usage` for another text */
export function prePushUpdates(input: string): RefUpdate[] {
  return updates(input, PRE_PUSH, ([, after = "", ref = "", before = ""]) => ({ ref, before, after }));
}

/** The lines that git gives to the hook `pre-receive` (githooks(5)). @throws PprotectError `usage` for another text */
export function preReceiveUpdates(input: string): RefUpdate[] {
  return updates(input, PRE_RECEIVE, ([, before = "", after = "", ref = ""]) => ({ ref, before, after }));
}

function updates(
  input: string,
  pattern: RegExp,
  read: (match: RegExpExecArray) => { ref: string; before: string; after: string },
): RefUpdate[] {
  return input
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const match = pattern.exec(line);
      if (!match) {
        throw new PprotectError(
          "usage",
          `not a line of git's about a push: "${displayName(line)}"`,
          "git runs this command, and gives it the lines on standard input",
        );
      }
      const { ref, before, after } = read(match);
      return { ref, before: objectOrNone(before), after: objectOrNone(after) };
    });
}

function objectOrNone(id: string): string | undefined {
  return NO_OBJECT.test(id) ? undefined : id;
}
