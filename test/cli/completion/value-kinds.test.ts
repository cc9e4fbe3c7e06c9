import { describe, expect, test } from "bun:test";
import type { Definition } from "clipanion";
import { buildCli } from "../../../src/cli/argv/parser.ts";
import { commandNames, loadAll } from "../../../src/cli/argv/registry.ts";
import { commandList } from "../../../src/cli/completion/command-list.ts";
import { ARGUMENTS, OPTION_VALUES, REPEATABLE } from "../../../src/cli/completion/value-kinds.ts";

const definitions = buildCli(await loadAll()).definitions();

/** The long names of the options that take a value. */
const valueOptions = new Set(
  definitions.flatMap(({ options }) =>
    options.flatMap(({ definition }) => (definition.endsWith(" #0") ? [longName(definition)] : [])),
  ),
);

function longName(definition: string): string {
  return definition.replace(" #0", "").split(",").at(-1) ?? "";
}

/** What of a usage line is arguments: `<NAME>`, `[NAME]`, and `...` for any number. */
function argumentsIn({ path, usage }: Definition): readonly string[] {
  return usage.slice(path.length).match(/<[^>]+>|\[[^\]]+\]|\.\.\./g) ?? [];
}

describe("src/cli/completion/value-kinds.ts says of", () => {
  test("every command what its arguments are, and of no other", () => {
    expect(Object.keys(ARGUMENTS).toSorted()).toEqual(commandNames().toSorted());
  });

  test.each(definitions)("`$path` as many arguments as its usage has", (definition) => {
    const said = ARGUMENTS[definition.path.replace("pprotect ", "")] ?? { each: [] };
    const found = argumentsIn(definition);
    expect([definition.path, said.each.length, said.rest !== undefined]).toEqual([
      definition.path,
      found.filter((each) => each !== "...").length,
      found.includes("..."),
    ]);
  });

  test("every option with a value what the value is, and of no other", () => {
    expect(valueOptions.size).toBeGreaterThan(10);
    expect([...valueOptions].filter((name) => !(name in OPTION_VALUES))).toEqual([]);
    for (const key of Object.keys(OPTION_VALUES)) {
      const [, command, option = ""] = /^(?:(.*) )?(--.*)$/.exec(key) ?? [];
      expect([key, valueOptions.has(option)]).toEqual([key, true]);
      if (command !== undefined) expect([key, commandNames().includes(command)]).toEqual([key, true]);
    }
  });

  test("every option whether it may be repeated, as its description says", async () => {
    for (const { words, options } of await commandList()) {
      for (const { names, description, repeatable } of options) {
        const name = `${words.join(" ")} ${names.at(-1)}`;
        expect([name, repeatable]).toEqual([name, description.includes("may be repeated")]);
      }
    }
    const options = [...REPEATABLE].map((name) => name.replace(/^.* /, ""));
    expect(options.filter((name) => !valueOptions.has(name))).toEqual([]);
  });
});

test("the list has every command and option of the definitions, described", async () => {
  const list = await commandList();
  expect(list.map(({ words }) => words.join(" ")).toSorted()).toEqual(commandNames().toSorted());
  for (const { words, description, options } of list) {
    const definition = definitions.find(({ path }) => path === `pprotect ${words.join(" ")}`);
    expect(options.map(({ names }) => names.at(-1))).toEqual([
      ...(definition?.options.map(({ definition }) => longName(definition)) ?? []),
      "--help",
    ]);
    for (const text of [description, ...options.map((option) => option.description)]) {
      expect(text).toMatch(/^[^\t\n\x1b]+$/);
    }
  }
});
