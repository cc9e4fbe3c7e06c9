import { expect, test } from "bun:test";
import fc from "fast-check";
import { bashReply, readBashLine } from "../../../src/cli/completion/bash-line.ts";
import { runProgram } from "../../support/run.ts";

/** Bash's own COMP_WORDBREAKS. */
const BREAKS = " \t\n\"'@><=;|&(:";

/** What a name may be made of to be offered at all, and what means something to a shell. */
const name = fc
  .array(fc.constantFrom(..."ab-@:=/.~ '\"\\$`!*?[]{}()<>|;&#^%éλ漢", "$(id)", "'\\''"), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => parts.join(""));

const quote = fc.constantFrom("" as const, "'" as const, '"' as const);

/** The line as readline leaves it when a name is the only candidate after what is typed. */
function completed(typed: string, candidate: string): string {
  const line = readBashLine(`p ${typed}`, "", BREAKS);
  const reply = bashReply(candidate, line);
  // Readline's rules: a reply takes the place of what follows the last break or the open quotation's mark, and
  // of that mark too when it begins like it; it closes that quotation unless the reply ends with its mark.
  const start =
    line.quote === "" ? afterBreak(typed) : openedAt(typed) + (reply.startsWith(line.quote) ? 0 : 1);
  const whole = typed.slice(0, start) + reply;
  return whole + (whole.endsWith(line.quote) ? "" : line.quote);
}

/** Where the quotation begins that is still open. */
function openedAt(typed: string): number {
  let mark = "";
  let opened = -1;
  for (let at = 0; at < typed.length; at++) {
    const char = typed.charAt(at);
    if (char === "\\" && mark !== "'") at++;
    else if (char === mark) mark = "";
    else if (mark === "" && /["']/.test(char)) [mark, opened] = [char, at];
  }
  return opened;
}

/** Where the part of a word without open quotation begins that readline replaces. */
function afterBreak(typed: string): number {
  let start = 0;
  let mark = "";
  for (let at = 0; at < typed.length; at++) {
    const char = typed.charAt(at);
    if (char === "\\" && mark !== "'") at++;
    else if (char === mark) mark = "";
    else if (mark === "" && /["']/.test(char)) mark = char;
    else if (mark === "" && /[@=:;|&(<>]/.test(char)) start = char === "@" ? at : at + 1;
  }
  return start;
}

test("a line is read as bash reads it", () => {
  const words = (line: string) => readBashLine(line, "", BREAKS).words;
  expect(words("pprotect  add-secret dev ")).toEqual(["pprotect", "add-secret", "dev", ""]);
  expect(words(`p a\\ b 'c d' "e f"g "h \\" \\a" i`)).toEqual(["p", "a b", "c d", "e fg", 'h " \\a', "i"]);
  expect(words("p '' x")).toEqual(["p", "", "x"]);
  expect(words("p 'open quote")).toEqual(["p", "open quote"]);
  expect(words("p trailing\\")).toEqual(["p", "trailing"]);
  expect(words('p $HOME `id` "$x"')).toEqual(["p", "\0HOME", "\0id\0", "\0x"]);
  expect(words("p >out 2>&1 dev < in x")).toEqual(["p", "dev", "x"]);
});

test("what follows the cursor is read too, less the rest of its word", () => {
  const words = (before: string, after: string) => readBashLine(before, after, BREAKS).words;
  expect(words("p rm-domain d", " --file x")).toEqual(["p", "rm-domain", "d", "--file", "x"]);
  expect(words("p rm-domain d", "ev --file x")).toEqual(["p", "rm-domain", "d", "--file", "x"]);
  expect(words("p rm-domain 'd", " e' --file x")).toEqual(["p", "rm-domain", "d", "--file", "x"]);
  expect(words("p rm-domain ", "--file x")).toEqual(["p", "rm-domain", "", "x"]);
});

test.each([
  ["p > ", true],
  ["p >fi", true],
  ["p 2> fi", true],
  ["p > file ", false],
  ["p > file x", false],
  ["p 'a > ", false],
  ["p a\\> ", false],
])("a redirection's file: %j", (line, expected) => {
  expect(readBashLine(line, "", BREAKS).redirected).toBe(expected);
});

test("a reply reads back as the name, however its beginning was typed", () => {
  fc.assert(
    fc.property(name, quote, fc.nat(8), (candidate, mark, length) => {
      const beginning = candidate.slice(0, length);
      const typed = mark + bashReply(beginning, { quote: mark, kept: 0 });
      // In double quotes a mark of history is written by leaving them: such a beginning is another case.
      fc.pre(readBashLine(`p ${typed}`, "", BREAKS).words[1] === beginning);
      fc.pre(mark === "" || readBashLine(`p ${typed}`, "", BREAKS).quote === mark);
      expect(readBashLine(`p ${completed(typed, candidate)}`, "", BREAKS).words).toEqual(["p", candidate]);
    }),
    { numRuns: 3000 },
  );
});

test("bash itself reads replies back as the names", async () => {
  const names = fc.sample(fc.tuple(name, quote), 400);
  const words = names.map(([candidate, mark]) => completed(mark, candidate));
  const { bytes, stderr } = await runProgram(["bash", "-c", `printf '%s\\0' ${words.join(" ")}`], {
    cwd: "/",
  });
  expect(stderr).toBe("");
  expect(Buffer.from(bytes).toString().split("\0").slice(0, -1)).toEqual(
    names.map(([candidate]) => candidate),
  );
});
