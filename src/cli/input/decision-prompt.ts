import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { type Conflict, DECISION_WORDS, type DecisionWord } from "../../git/merge/conflict.ts";

const PHRASES: Readonly<Record<DecisionWord, string>> = {
  ours: "[o]urs",
  theirs: "[t]heirs",
  new: "a [n]ew value",
  grant: "[g]rant the key",
  "leave-out": "[l]eave out",
};

/** The question about a conflict: `Take [o]urs, [t]heirs or a [n]ew value? `. */
export function decisionQuestion({ choices }: Conflict): string {
  const phrases = choices.map((choice) => PHRASES[choice]);
  const last = phrases.at(-1) ?? "";
  const listed = phrases.length > 1 ? `${phrases.slice(0, -1).join(", ")} or ${last}` : last;
  return `Take ${listed}? `;
}

/** The decision that an answer means, by its first letters; `undefined` if it is none of the choices. */
export function readDecision(answer: string, { choices }: Conflict): DecisionWord | undefined {
  const word = answer.trim().toLowerCase();
  return word === "" ? undefined : choices.find((choice) => choice.startsWith(word));
}

/** The words of `--take`; a new value is never an argument. */
export const TAKE_WORDS = DECISION_WORDS.filter((word) => word !== "new");

/**
 * Reads `NAME=DECISION`, as `--take` has it.
 * @throws PprotectError `usage`
 */
export function parseTake(text: string): readonly [label: string, decision: (typeof TAKE_WORDS)[number]] {
  const at = text.lastIndexOf("=");
  const word = TAKE_WORDS.find((each) => each === text.slice(at + 1));
  if (at >= 1 && word !== undefined) return [text.slice(0, at), word];
  const forms = TAKE_WORDS.map((each) => `NAME=${each}`).join(", ");
  throw new PprotectError("usage", `--take needs one of ${forms}, not "${displayName(text)}"`);
}
