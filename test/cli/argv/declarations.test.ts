import { describe, expect, test } from "bun:test";
import { GROUPS } from "../../../src/cli/argv/command-declaration.ts";
import { commandList } from "../../../src/cli/argv/command-list.ts";
import { longName } from "../../../src/cli/argv/declaration.ts";
import { commandNames, loadAll } from "../../../src/cli/argv/registry.ts";

const { commands, globalOptions } = await commandList();
const allOptions = commands.flatMap(({ name, options }) => options.map((option) => [name, option] as const));

describe("every command", () => {
  test("is in the list once, in the order of the registry", () => {
    expect(commands.map(({ name }) => name)).toEqual(commandNames());
    expect(new Set(commandNames()).size).toBe(commandNames().length);
  });

  test("has the options that its class declares, after the global ones", async () => {
    for (const { name, description } of await loadAll()) {
      const listed = commands.find((each) => each.name === name)?.options.map(longName);
      expect([name, listed?.toSorted()]).toEqual([name, description.options.map(longName).toSorted()]);
    }
  });

  test.each(commands)("$name is in a known group, and its words are plain data", (command) => {
    expect(Object.keys(GROUPS)).toContain(command.group);
    expect(JSON.parse(JSON.stringify(command))).toEqual(command as never);
  });

  test("has every global option", () => {
    expect(globalOptions.map(longName)).toContain("--json");
    for (const { name, options } of commands) {
      const missing = globalOptions.map(longName).filter((each) => !options.map(longName).includes(each));
      expect([name, missing]).toEqual([name, []]);
    }
  });
});

describe("every option", () => {
  test.each(allOptions)("of %s: %j", (_, { names, value, type, repeatable, description }) => {
    expect(description).toMatch(/^[^\t\n\x1b]+$/);
    for (const name of names) expect(name).toMatch(/^(?:-[a-zA-Z]|--[a-z]+(?:-[a-z]+)*)$/);
    if (value === "none") expect([type, repeatable]).toEqual([undefined, false]);
    else expect(type?.metavar).toMatch(/^[A-Z]+(?:=[A-Z]+)?$/);
    if (type?.kind === "choice") expect(type.choices?.length).toBeGreaterThan(1);
  });

  test("has one name for one meaning within a command", () => {
    for (const { name, options } of commands) {
      const names = options.flatMap((option) => option.names);
      expect([name, names.length]).toEqual([name, new Set(names).size]);
    }
  });

  test("that replaces an argument names one of its command", () => {
    const replacing = commands.flatMap((command) => command.options.map((option) => ({ command, option })));
    const wrong = replacing.filter(
      ({ command, option: { replaces } }) =>
        replaces !== undefined && !command.arguments.some(({ name }) => name === replaces),
    );
    expect(wrong).toEqual([]);
  });
});

test.each(commands.flatMap(({ name, arguments: args }) => args.map((arg) => [name, arg] as const)))(
  "every argument of %s has a metavar and a description: %j",
  (_, { type, description }) => {
    expect(type.metavar).toMatch(/^[A-Z]+$/);
    expect(description).toMatch(/^[^\t\n\x1b]+$/);
  },
);
