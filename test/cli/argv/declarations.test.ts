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

/** What `pocket_protector COMMAND -h` lists (26.4.3), but for --help. */
const POCKET_PROTECTOR: Readonly<Record<string, readonly string[]>> = (() => {
  const file = ["--file"];
  const writing = [...file, "--confirm"];
  const credentials = [
    "--non-interactive",
    "--ignore-env",
    "--user",
    "-u",
    "--passphrase-file",
    "--env-prefix",
  ];
  const value = ["--domain", "--secret-name", "--from-file"];
  return {
    init: [...writing, "--key-type"],
    version: [],
    "list-audit-log": file,
    "add-key-custodian": [...writing, "--key-type"],
    "list-user-secrets": [...file, ...credentials],
    "set-key-custodian-passphrase": [...writing, "--key-type"],
    "rekey-custodian": [...writing, "--key-type"],
    "add-domain": [...writing, ...credentials],
    "add-owner": [...writing, ...credentials],
    "list-domains": file,
    "rotate-domain-keys": [...writing, ...credentials],
    "migrate-owner": [...writing, ...credentials],
    "rm-owner": writing,
    "rm-domain": writing,
    "add-secret": [...writing, ...value],
    "list-domain-secrets": file,
    "list-all-secrets": file,
    "update-secret": [...writing, ...value],
    "rm-secret": writing,
    "decrypt-domain": [...file, ...credentials, "--output-format", "--secret"],
    exec: [...file, ...credentials, "--domain", "--prefix", "--uppercase", "--no-passthrough"],
  };
})();

test.each(Object.entries(POCKET_PROTECTOR))("`%s` has the options of Pocket Protector", (name, options) => {
  const command = commands.find((each) => each.name === name);
  const known = command?.options.flatMap(({ names }) => names) ?? [];
  expect(command && options.filter((option) => !known.includes(option))).toEqual([]);
});
