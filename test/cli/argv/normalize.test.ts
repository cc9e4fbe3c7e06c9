import { describe, expect, test } from "bun:test";
import { Cli } from "clipanion";
import { normalizeArguments, VALUE_OPTIONS, wantsHelp } from "../../../src/cli/argv/normalize.ts";
import { fillSlots } from "../../../src/cli/argv/positionals.ts";
import { commandNames, loadAll } from "../../../src/cli/argv/registry.ts";
import { generateValue } from "../../../src/cli/input/secret-value.ts";
import { commandHelp } from "../../../src/cli/report/help.ts";

const NAMES = ["add-secret", "list-domains", "git resolve"];
const normalized = (...args: readonly string[]): string[] => normalizeArguments(args, NAMES);

describe("`_` is read as `-`", () => {
  test("in commands and in options, wherever they stand", () => {
    expect(normalized("add_secret", "--env_prefix", "A_B", "--value_file=x_y")).toEqual([
      "add-secret",
      "--env-prefix",
      "A_B",
      "--value-file=x_y",
    ]);
    expect(normalized("--non_interactive", "list_domains")).toEqual(["--non-interactive", "list-domains"]);
  });

  test("in each word of a command that has several", () => {
    expect(normalizeArguments(["git", "merge_driver", "a_b"], ["git merge-driver"])).toEqual([
      "git",
      "merge-driver",
      "a_b",
    ]);
  });

  test("not in a name or a value that reads like a command", () => {
    expect(normalized("add-secret", "dev", "list_domains")).toEqual(["add-secret", "dev", "list_domains"]);
    expect(normalized("--user", "list_domains", "add_secret")).toEqual([
      "--user",
      "list_domains",
      "add-secret",
    ]);
    expect(normalized("--confirm", "add_secret", "add_secret")).toEqual([
      "--confirm",
      "add-secret",
      "add_secret",
    ]);
  });

  test("with every option known that takes a value", async () => {
    const cli = new Cli();
    for (const command of await loadAll()) cli.register(command);
    const options = cli.definitions().flatMap((definition) => definition.options);
    const withValue = options.filter(({ definition }) => definition.endsWith(" #0"));
    const names = withValue.flatMap(({ definition }) => definition.replace(" #0", "").split(","));
    expect(names).toContain("--file");
    expect(names.filter((name) => !VALUE_OPTIONS.has(name))).toEqual([]);
  });

  test("not in names, and not after --", () => {
    expect(normalized("add-secret", "my_dev", "API_KEY")).toEqual(["add-secret", "my_dev", "API_KEY"]);
    expect(normalized("exec", "--", "add_secret", "--a_b")).toEqual(["exec", "--", "add_secret", "--a_b"]);
  });
});

describe("--generate", () => {
  test("takes a number that follows it, and nothing else", () => {
    expect(normalized("add-secret", "--generate", "48", "x")).toEqual(["add-secret", "--generate=48", "x"]);
    expect(normalized("add-secret", "--generate", "x", "48")).toEqual([
      "add-secret",
      "--generate",
      "x",
      "48",
    ]);
  });

  test("makes letters and digits of the length asked for, each time others", () => {
    for (const length of [1, 32, 48, 4096])
      expect(generateValue(length)).toMatch(new RegExp(`^[A-Za-z0-9]{${length}}$`));
    expect(generateValue(32)).not.toBe(generateValue(32));
  });

  test("uses every letter and digit", () => {
    expect(new Set(Array.from({ length: 10 }, () => generateValue(4096)).join("")).size).toBe(62);
  });

  test.each([0, -1, 4097, 1.5, Number.NaN])("refuses the length %p", (length) => {
    expect(() => generateValue(length)).toThrow("--generate takes a length");
  });
});

describe("help", () => {
  test("is asked for by --help and -h, but not after --", () => {
    expect(wantsHelp(["exec", "--help"])).toBe(true);
    expect(wantsHelp(["-h"])).toBe(true);
    expect(wantsHelp(["exec", "--", "ls", "--help"])).toBe(false);
  });

  test("says of every command what it does, its usage and its options", async () => {
    const cli = new Cli({ binaryName: "pprotect" });
    for (const command of await loadAll()) cli.register(command);
    expect(cli.definitions().length).toBeGreaterThanOrEqual(commandNames().length);
    for (const definition of cli.definitions()) {
      expect(definition.description?.trim()).toBeTruthy();
      expect(definition.category?.trim()).toBeTruthy();
      expect(commandHelp(definition, "usage")).toContain("Options:");
    }
  });
});

describe("positional arguments", () => {
  const slots = (domain?: string) => [{ name: "domain", option: domain }, { name: "secret" }];

  test("fill what no option has filled", () => {
    expect(fillSlots(slots(), ["dev", "key"])).toEqual(["dev", "key"]);
    expect(fillSlots(slots("prod"), ["key", undefined])).toEqual(["prod", "key"]);
    expect(fillSlots(slots(), ["dev", undefined])).toEqual(["dev", undefined]);
    expect(fillSlots(slots(), [undefined, undefined])).toEqual([undefined, undefined]);
  });

  test("of which there are too many are refused", () => {
    expect(() => fillSlots(slots("prod"), ["dev", "key"])).toThrow("too many arguments");
  });
});
