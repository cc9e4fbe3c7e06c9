import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { needs } from "../../support/programs.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { type SetupName, type ShellAtTerminal, setupNamed, startShell } from "../../support/shells.ts";
import { ALICE, BOB, storeOfDomains } from "../../support/stores.ts";

const TAB = "\t";
const LEFT = "\x1b[D";

/** What is typed, with the arguments of the program that Return starts then. */
const LINES: readonly (readonly [what: string, keys: string, args: readonly string[]])[] = [
  ["a command", `pprotect migr${TAB}`, ["migrate-owner"]],
  ["a command's second word", `pprotect git texc${"\x7f"}${TAB}`, ["git", "textconv"]],
  ["a flag", `pprotect rm-domain --conf${TAB}`, ["rm-domain", "--confirm"]],
  ["a domain", `pprotect rm-domain d${TAB}`, ["rm-domain", "dev"]],
  ["a domain after an option", `pprotect exec --domain p${TAB}`, ["exec", "--domain", "prod"]],
  ["a domain after =", `pprotect exec --domain=p${TAB}`, ["exec", "--domain=prod"]],
  ["a secret of the domain", `pprotect rm-secret prod ${TAB}`, ["rm-secret", "prod", "token"]],
  [
    "a secret of --domain",
    `pprotect rm-secret --domain dev db${TAB}`,
    ["rm-secret", "--domain", "dev", "db-password"],
  ],
  ["a custodian, before the command", `pprotect -u al${TAB}check`, ["-u", ALICE.name, "check"]],
  ["a custodian, from its middle", `pprotect rm-key-custodian bob@ex${TAB}`, ["rm-key-custodian", BOB.name]],
  ["a custodian after =", `pprotect check --user=bob@ex${TAB}`, ["check", `--user=${BOB.name}`]],
  ["someone who is no owner yet", `pprotect add-owner prod ${TAB}`, ["add-owner", "prod", BOB.name]],
  ["a word of a list", `pprotect init --key-type h${TAB}`, ["init", "--key-type", "hard"]],
  [
    "a word of a list after =",
    `pprotect decrypt-domain --output-format=j${TAB}`,
    ["decrypt-domain", "--output-format=json"],
  ],
  ["a file", `pprotect init --passphrase-file ali${TAB}`, ["init", "--passphrase-file", "alice.pw"]],
  ["a file after =", `pprotect rm-domain --file=protec${TAB}`, ["rm-domain", "--file=protected.yaml"]],
  ["a file of a redirection", `pprotect list-domains >>arg${TAB}; show-arguments out`, ["out"]],
  [
    "names of the store that --file names",
    `pprotect rm-domain --file other.yaml ${TAB}`,
    ["rm-domain", "--file", "other.yaml", "elsewhere"],
  ],
  [
    "of the one that --file= names",
    `pprotect rm-domain --file=./other.yaml e${TAB}`,
    ["rm-domain", "--file=./other.yaml", "elsewhere"],
  ],
  [
    "of one that is named in quotes",
    `pprotect rm-domain --file "an other.yaml" ${TAB}`,
    ["rm-domain", "--file", "an other.yaml", "quoted"],
  ],
  [
    "of one that is named with a backslash",
    `pprotect rm-domain --file an\\ other.yaml ${TAB}`,
    ["rm-domain", "--file", "an other.yaml", "quoted"],
  ],
  [
    "of one that is named after the cursor",
    `pprotect rm-domain e --file other.yaml${LEFT.repeat(18)}${TAB}`,
    ["rm-domain", "elsewhere", "--file", "other.yaml"],
  ],
  ["in the second command of a line", `true; pprotect rm-domain d${TAB}`, ["rm-domain", "dev"]],
  ["in the middle of a line", `pprotect rm-domain d; true${LEFT.repeat(6)}${TAB}`, ["rm-domain", "dev"]],
  [
    "a program after --",
    `pprotect exec --domain dev -- show-arg${TAB}`,
    ["exec", "--domain", "dev", "--", "show-arguments"],
  ],
  [
    "what is no flag of ours after --",
    `pprotect exec --domain dev -- cat ali${TAB}`,
    ["exec", "--domain", "dev", "--", "cat", "alice.pw"],
  ],
];

/** Names that mean something to a shell when they are not quoted, or run something. */
const HOSTILE_NAMES = [
  ...[
    "two words",
    " first",
    "last ",
    "it's",
    "'",
    '"',
    'say "hi"',
    "`touch owned`",
    "$(touch owned)",
    "a$(touch owned)",
  ],
  ...[
    ";touch owned",
    "|touch owned",
    "&& touch owned",
    "a>owned",
    "<(touch owned)",
    "$HOME",
    "~",
    "~root/x",
    "#x",
  ],
  ...[
    "!!",
    "a!b",
    "b!",
    "*",
    "?",
    "[a-z]",
    "{a,b}",
    "=ls",
    "a=b",
    "a:b:c",
    "user@host",
    "back\\slash",
    "\\",
    "(x)",
  ],
  ...["%s%n", "%1", "^a^b", "a,b", "+x", "$'\\n'", "a'b\"c$d`e\\f!g h", "grün", "漢字 x", "a|b", "a'"],
];

/** Names that a terminal would not show as they are, or that would be options. */
const LEFT_OUT = [
  "tab\there",
  "line\nend",
  "\x1b]0;title\x07",
  "\x1b[2J",
  "right\u202eleft",
  "zero\u200bwidth",
  "-rf",
  "--yes",
  "",
];

/** How many names are completed on one line. */
const AT_ONCE = 10;

/** The tests of completion in one shell; each shell has a file of its own, so that they run at the same time. */
export function testCompletionIn(name: SetupName): void {
  const setup = setupNamed(name);
  const installed = needs(...setup.programs);
  const on = test.if(installed);
  if (installed) afterAll(removeFolders);

  describe(`${name} completes`, () => {
    let shell: ShellAtTerminal;

    beforeAll(async () => {
      if (!installed) return;
      shell = await startShell(setup);
      shell.box.write("other.yaml", storeOfDomains(["elsewhere"]));
      shell.box.write("an other.yaml", storeOfDomains(["quoted"]));
      for (const [index, name] of HOSTILE_NAMES.entries()) {
        // Names with control characters make a store slow to read: one of each line that is typed has them.
        const others = index % AT_ONCE === 0 ? LEFT_OUT : LEFT_OUT.filter((each) => !/\p{Cc}/u.test(each));
        shell.box.write(`hostile-${index}.yaml`, storeOfDomains([...others, name]));
      }
      shell.box.write("hostile.yaml", storeOfDomains([...LEFT_OUT, ...HOSTILE_NAMES]));
    });

    afterAll(() => shell?.close());

    // While it completes, fish shows nobody what follows the cursor.
    on.each(LINES.filter(([what]) => setup.shell !== "fish" || !what.endsWith("after the cursor")))(
      "%s: %j",
      async (_, keys, args) => {
        expect(await shell.run(keys)).toEqual([...args]);
      },
    );

    // What bash-completion adds to bash does not depend on the quote.
    const quotes = setup.programs.some((program) => program === "bash-completion") ? [""] : ["", "'", '"'];
    on.each(quotes)("names that a shell would act on, after %p, as they are", async (quote) => {
      // Fish takes a candidate's tilde for a home folder: such a name is left out there unless it is quoted.
      const isLeftOut = (name: string) => setup.shell === "fish" && quote === "" && name.startsWith("~");
      const names = [...HOSTILE_NAMES.entries()].filter(([, name]) => !isLeftOut(name));
      for (let at = 0; at < names.length; at += AT_ONCE) {
        const some = names.slice(at, at + AT_ONCE);
        const keys = some.map(([index]) => `--file hostile-${index}.yaml --domain ${quote}${TAB}`).join("");
        const args = some.flatMap(([index, name]) => ["--file", `hostile-${index}.yaml`, "--domain", name]);
        expect(await shell.run(`pprotect exec ${keys}`)).toEqual(["exec", ...args]);
      }
      expect(existsSync(shell.box.path("owned"))).toBe(false);
    });

    on("no name that fish would take for a home folder", async () => {
      const keys = `pprotect rm-domain --file hostile-${HOSTILE_NAMES.indexOf("~root/x")}.yaml ${TAB}`;
      expect((await shell.run(keys)).slice(3)).toEqual(setup.shell === "fish" ? [] : ["~root/x"]);
    });

    on("names after a beginning that was typed with quotes of any kind", async () => {
      for (const typed of ["two\\ w", "'two w", '"two w', "two' 'w"]) {
        const keys = `pprotect rm-domain --file hostile.yaml ${typed}${TAB}`;
        expect([typed, await shell.run(keys)]).toEqual([
          typed,
          ["rm-domain", "--file", "hostile.yaml", "two words"],
        ]);
      }
    });

    on("a name after = and one that begins with a dash", async () => {
      expect(await shell.run(`pprotect rm-domain --file hostile.yaml --domain=a\\$${TAB}`)).toEqual([
        ...["rm-domain", "--file", "hostile.yaml", "--domain=a$(touch owned)"],
      ]);
      expect(await shell.run(`pprotect rm-domain --file hostile.yaml -- -r${TAB}`)).toEqual([
        ...["rm-domain", "--file", "hostile.yaml", "--", "-rf"],
      ]);
      expect(existsSync(shell.box.path("owned"))).toBe(false);
    });

    on("nothing without a word where there is no store, or none that can be read", async () => {
      shell.box.write("broken.yaml", "dev: [");
      for (const file of ["broken.yaml", "missing.yaml", ".", "/dev/zero"]) {
        const before = shell.session.screen().length;
        expect(await shell.run(`pprotect rm-domain --file ${file} ${TAB}`)).toEqual([
          "rm-domain",
          "--file",
          file,
        ]);
        expect(shell.session.screen().slice(before)).not.toMatch(/pprotect:|rror|\bline \d/);
      }
    });

    on("a list of what may follow, with what it does where the shell shows that", async () => {
      const screen = await shell.list(`pprotect r${TAB}`, "rotate-domain-keys");
      for (const name of ["rm-domain", "rm-key-custodian", "rekey-custodian"]) expect(screen).toContain(name);
      if (setup.shell !== "bash") expect(screen).toContain("remove a domain and all of its secrets");
      await shell.abandon();
    });

    on("a list of names without telling the terminal anything in them", async () => {
      const before = shell.session.raw().length;
      await shell.list(`pprotect rm-domain --file hostile.yaml ${TAB}`, "漢字");
      const raw = shell.session.raw().slice(before);
      for (const control of ["title", "\x1b[2J", "\u202e", "\u200b"]) expect(raw).not.toContain(control);
      expect(existsSync(shell.box.path("owned"))).toBe(false);
      await shell.abandon();
    });
  });

  // Bash alone knows no command below another's.
  if (name === "bash") return;

  describe(`${name}, after the -- of exec`, () => {
    on("completes the program's own arguments", async () => {
      const shell = await startShell(setup);
      const line = `pprotect exec --domain dev -- pprotect rm-secret prod ${TAB}`;
      expect(await shell.run(line)).toEqual([
        ...["exec", "--domain", "dev", "--", "pprotect", "rm-secret", "prod", "token"],
      ]);
      await shell.close();
    });
  });
}
