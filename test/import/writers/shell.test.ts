import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { isShellIdentifier } from "../../../src/common/shell-quote.ts";
import { dangerOf } from "../../../src/exec/dangerous-variables.ts";
import { writeDotenv } from "../../../src/import/writers/dotenv.ts";
import { writeFish } from "../../../src/import/writers/fish.ts";
import { writeShell } from "../../../src/import/writers/shell.ts";
import { PRINT_VARIABLES, throughShell } from "../../support/consumers.ts";
import { KNOWN_VALUES, variableValue } from "../../support/import-values.ts";
import { needs, type Program } from "../../support/programs.ts";

const folder = mkdtempSync(join(tmpdir(), "pprotect-shell-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether the format takes it. */
function isHeld(entry: { name: string; value: string }): boolean {
  try {
    return writeShell([entry]) !== "";
  } catch {
    return false;
  }
}

/** Values as variables, far more than one for each start of a shell. */
function entriesOf(values: readonly string[]) {
  return values.map((value, index) => ({ name: `V${index}`, value }));
}

function expected(entries: readonly { name: string; value: string }[]) {
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}

const values = fc.array(variableValue, { minLength: 1, maxLength: 100 });

interface Way {
  readonly shell: string;
  readonly how: string;
  readonly write: typeof writeShell;
  readonly line: string;
}

const POSIX = ["sh", "dash", "bash", "zsh", "mksh", "busybox"];
const WAYS: readonly Way[] = [
  ...POSIX.flatMap((shell): Way[] => [
    { shell, how: 'eval "$(…)"', write: writeShell, line: `eval "$(cat "$TEXT")"; ${PRINT_VARIABLES}` },
    { shell, how: "eval $(…)", write: writeShell, line: `eval $(cat "$TEXT"); ${PRINT_VARIABLES}` },
    { shell, how: ". FILE", write: writeShell, line: `. "$TEXT"; ${PRINT_VARIABLES}` },
  ]),
  { shell: "fish", how: 'eval "$(…)"', write: writeShell, line: `eval "$(cat $TEXT)"; ${PRINT_VARIABLES}` },
  { shell: "fish", how: "eval (…)", write: writeShell, line: `eval (cat $TEXT); ${PRINT_VARIABLES}` },
  { shell: "fish", how: "eval $(…)", write: writeShell, line: `eval $(cat $TEXT); ${PRINT_VARIABLES}` },
  { shell: "fish", how: "… | source", write: writeShell, line: `cat $TEXT | source; ${PRINT_VARIABLES}` },
  {
    shell: "fish",
    how: "… | source, of fish format",
    write: writeFish,
    line: `cat $TEXT | source; ${PRINT_VARIABLES}`,
  },
  {
    shell: "fish",
    how: "eval (…), of fish format",
    write: writeFish,
    line: `eval (cat $TEXT); ${PRINT_VARIABLES}`,
  },
  {
    shell: "fish",
    how: 'eval "$(…)", of fish format',
    write: writeFish,
    line: `eval "$(cat $TEXT)"; ${PRINT_VARIABLES}`,
  },
];

/** Those that not every machine has. */
const PROGRAMS: Readonly<Record<string, Program>> = {
  zsh: "zsh",
  fish: "fish",
  mksh: "mksh",
  busybox: "busybox",
};
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  busybox: ["busybox", "sh", "-c"],
  fish: ["fish", "--no-config", "-c"],
};

for (const { shell, how, write, line } of WAYS) {
  const program = PROGRAMS[shell];
  describe.if(needs(...(program ? [program] : [])))(`${shell}: ${how}`, () => {
    const command = COMMANDS[shell] ?? [shell, "-c"];
    const check = async (list: readonly string[]): Promise<void> => {
      const entries = entriesOf(list);
      const file = join(folder, "text");
      writeFileSync(file, write(entries));
      const script = shell === "fish" ? `set TEXT '${file}'; ${line}` : `TEXT='${file}'; ${line}`;
      const read = await throughShell(
        [...command, script],
        entries.map(({ name }) => name),
        folder,
      );
      expect(read).toEqual(expected(entries));
    };

    test("every known value", () => check(KNOWN_VALUES));

    test("one value after the other, alone", async () => {
      for (const value of ["a  b\nc * d", "x\n", "*", "a b", "; touch RAN"]) await check([value]);
    });

    test("any value", () => fc.assert(fc.asyncProperty(values, check), { numRuns: 5 }));
  });
}

test("plain values are written as they always were", () => {
  const secrets = new Map([
    ["API_KEY", "dev-api-key"],
    ["QUOTE", "it's"],
    ["SPACE", "a b"],
  ]);
  expect(writeShell([...secrets].map(([name, value]) => ({ name, value })))).toBe(
    "export API_KEY='dev-api-key'\nexport QUOTE='it'\\''s'\nexport SPACE='a b'\n",
  );
});

test("a name that is not a variable's and a NUL byte are refused, without the value", () => {
  for (const write of [writeShell, writeFish]) {
    expect(() => write([{ name: "api-key", value: "hunter2" }])).toThrow(
      '"api-key" is not a valid variable name',
    );
    expect(() => write([{ name: "A", value: "hunter2\0" }])).toThrow(
      /^secret "A" has a NUL byte, so \w+ format cannot hold it$/,
    );
  }
});

describe("a variable that a shell calculates", () => {
  const names = [
    "RANDOM",
    "SRANDOM",
    "OPTIND",
    "HISTCMD",
    "SECONDS",
    "COLUMNS",
    "UID",
    "SHLVL",
    "TMOUT",
    "KSHUID",
  ];

  test.each(names)("%s: an expression, which could run commands, is refused", (name) => {
    for (const value of ["a[$(touch ran)]", "psvar[`touch ran`]", "a[b]", "1\n", "", "PATH"]) {
      expect(() => writeShell([{ name, value }])).toThrow("is a variable that shells calculate");
      expect(() => writeDotenv([{ name, value }])).toThrow("is a variable that shells calculate");
    }
  });

  test.each(["1000", "-1", "0"])("a number is not: %s", (value) => {
    expect(writeShell([{ name: "UID", value }])).toBe(`export UID='${value}'\n`);
    expect(writeDotenv([{ name: "UID", value }])).toBe(`UID=${value}\n`);
  });

  describe.each(["bash", "zsh", "mksh"] as const)("%s", (shell) => {
    test.if(needs(...(shell === "bash" ? [] : [shell])))("is known, for all that the shell has", () => {
      const ran = join(folder, `ran-${shell}`);
      const list = shell === "bash" ? "compgen -v" : "typeset + | sed 's/.* //'";
      const flags = shell === "zsh" ? ["-f"] : [];
      const start = (line: string) => spawnSync(shell, [...flags, "-c", line], { timeout: 10_000 });
      const known = start(list).stdout.toString().split("\n");
      const names = new Set([...known, "SRANDOM", "OPTIND", "HISTCMD", "ERRNO"].filter(isShellIdentifier));
      const value = `${shell === "zsh" ? "psvar" : "a"}[$(echo x >${ran})0]`;
      const accepted = [...names].filter((name) => dangerOf(name) === undefined && isHeld({ name, value }));
      expect(accepted.length).toBeGreaterThan(10);
      for (const name of accepted) {
        start(writeShell([{ name, value }]));
        expect([name, existsSync(ran)]).toEqual([name, false]);
      }
    });
  });
});
