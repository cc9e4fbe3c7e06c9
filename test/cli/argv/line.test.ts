import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { checkLine } from "../../../src/cli/argv/check-line.ts";
import { cliOf, parsedValues } from "../../../src/cli/argv/clipanion-parser.ts";
import { type CommandDescription, describeCommand } from "../../../src/cli/argv/command-declaration.ts";
import { amongOptions, argumentsIn, readLine, valuesOf } from "../../../src/cli/argv/line.ts";
import {
  asksForDescription,
  normalizeLine,
  wantsHelp,
  withVersionCommand,
} from "../../../src/cli/argv/normalize.ts";
import { parseLine } from "../../../src/cli/argv/parser.ts";
import { plainValues } from "../../../src/cli/argv/plain-line.ts";
import { fillSlots } from "../../../src/cli/argv/positionals.ts";
import {
  type FoundCommand,
  findCommand,
  type LoadedCommand,
  loadAll,
} from "../../../src/cli/argv/registry.ts";
import { generateCharacters, generateValue } from "../../../src/cli/input/generated-value.ts";
import { PprotectError } from "../../../src/common/errors.ts";

/** A line as the parser gets it. */
async function normalized(...args: readonly string[]): Promise<string[] | undefined> {
  const found = await findCommand(args);
  return found && normalizeLine(args, found.read, found.name);
}

describe("`_` is read as `-`", () => {
  test("in commands and in options, wherever they are", async () => {
    expect(await normalized("add_secret", "--env_prefix", "A_B", "--value_file=x_y")).toEqual([
      "add-secret",
      "--env-prefix",
      "A_B",
      "--value-file=x_y",
    ]);
    expect(await normalized("--non_interactive", "list_domains")).toEqual([
      "--non-interactive",
      "list-domains",
    ]);
  });

  test("in each word of a command that has several", async () => {
    expect(await normalized("git", "merge_driver", "a_b")).toEqual(["git", "merge-driver", "a_b"]);
  });

  test("not in a name or a value that reads like a command", async () => {
    expect(await normalized("add-secret", "dev", "list_domains")).toEqual([
      "add-secret",
      "dev",
      "list_domains",
    ]);
    expect(await normalized("--user", "list_domains", "add_secret")).toEqual([
      "--user",
      "list_domains",
      "add-secret",
    ]);
    expect(await normalized("--confirm", "add_secret", "add_secret")).toEqual([
      "--confirm",
      "add-secret",
      "add_secret",
    ]);
  });

  test("not in names, and not after --", async () => {
    expect(await normalized("add-secret", "my_dev", "API_KEY")).toEqual(["add-secret", "my_dev", "API_KEY"]);
    expect(await normalized("exec", "--", "add_secret", "--a_b")).toEqual([
      "exec",
      "--",
      "add_secret",
      "--a_b",
    ]);
  });
});

describe("the command on a line", () => {
  test.each([
    [["git", "check"], "git check"],
    [["check"], "check"],
    [["--file", "git", "check"], "check"],
    [["--file", "check", "git", "--json", "status"], "git status"],
    [["exec", "--", "git", "check"], "exec"],
    [["rm-secret", "git", "check"], "rm-secret"],
    [["nothing", "check"], undefined],
    [["--", "check"], undefined],
    [["git"], undefined],
    [[], undefined],
  ])("%j is %p", async (args, name) => {
    expect((await findCommand(args))?.name).toBe(name as string);
  });
});

describe("--generate", () => {
  test("takes a number that follows it, and nothing else", async () => {
    expect(await normalized("add-secret", "--generate", "48", "x")).toEqual([
      "add-secret",
      "--generate=48",
      "x",
    ]);
    expect(await normalized("add-secret", "--generate", "x", "48")).toEqual([
      "add-secret",
      "--generate",
      "x",
      "48",
    ]);
  });
});

describe("a generated value", () => {
  const NOTHING = { generate: undefined, charset: undefined, hex: false, words: undefined, uuid: false };

  test("has letters and digits of the length asked for, each time others", () => {
    for (const length of [1, 32, 48, 4096])
      expect(generateCharacters(length).value).toMatch(new RegExp(`^[A-Za-z0-9]{${length}}$`));
    expect(generateCharacters(32).value).not.toBe(generateCharacters(32).value);
  });

  test("uses every letter and digit", () => {
    expect(new Set(Array.from({ length: 10 }, () => generateCharacters(4096).value).join("")).size).toBe(62);
  });

  test.each([
    [{ generate: true } as const, /^[A-Za-z0-9]{32}$/, 190],
    [{ generate: "10" }, /^[A-Za-z0-9]{10}$/, 59],
    [{ hex: true }, /^[0-9a-f]{64}$/, 256],
    [{ hex: true, generate: "7" }, /^[0-9a-f]{7}$/, 28],
    [{ charset: "01" }, /^[01]{32}$/, 32],
    [{ charset: "aé漢🎲", generate: "20" }, /^[aé漢🎲]{20}$/u, 40],
    [{ words: "6" }, /^[a-z]{3,8}(?:-[a-z]{3,8}){5}$/, 66],
    [{ uuid: true }, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 122],
  ])("with %j is %p, with %p bits", async (options, pattern, bits) => {
    const generated = await generateValue({ ...NOTHING, ...options });
    expect(generated).toEqual({ value: expect.stringMatching(pattern), bits });
    expect((await generateValue({ ...NOTHING, ...options })).value).not.toBe(generated.value);
  });

  test.each([
    [{ generate: "0" }, "--generate must be a length"],
    [{ generate: "-1" }, "--generate must be a length"],
    [{ generate: "4097" }, "--generate must be a length"],
    [{ generate: "1.5" }, "--generate must be a length"],
    [{ words: "257" }, "--words must be a number"],
    [{ charset: "a" }, "two characters or more"],
    [{ charset: "aab" }, "each once"],
    [{ hex: true, uuid: true }, "give --hex or --uuid"],
    [{ uuid: true, generate: "3" }, "give --generate=LENGTH or --uuid"],
  ])("is refused with %j", async (options, message) => {
    expect(generateValue({ ...NOTHING, ...options })).rejects.toThrow(message);
  });
});

describe("before a command is parsed", () => {
  test("help is asked for by --help and -h, but not after --", () => {
    expect(wantsHelp(["exec", "--help"])).toBe(true);
    expect(wantsHelp(["-h"])).toBe(true);
    expect(wantsHelp(["exec", "--", "ls", "--help"])).toBe(false);
  });

  test("--json alone asks for a description of the commands", () => {
    expect(asksForDescription(["--json"])).toBe(true);
    expect(asksForDescription(["--non_interactive", "--json"])).toBe(true);
    expect(asksForDescription(["--json", "--verbose"])).toBe(false);
    expect(asksForDescription([])).toBe(false);
  });

  test("--version and -V are the command, when there is no other", () => {
    expect(withVersionCommand(["-V"])).toEqual(["version"]);
    expect(withVersionCommand(["--json", "--version"])).toEqual(["--json", "version"]);
    expect(withVersionCommand(["exec", "--version"])).toEqual(["exec", "--version"]);
    expect(withVersionCommand(["--", "-V"])).toEqual(["--", "-V"]);
  });
});

describe("arguments", () => {
  const slots = (domain?: string) => [{ option: domain }, {}];

  test("fill what no option has filled", () => {
    expect(fillSlots(slots(), ["dev", "key"])).toEqual(["dev", "key"]);
    expect(fillSlots(slots("prod"), ["key", undefined])).toEqual(["prod", "key"]);
    expect(fillSlots(slots(), ["dev", undefined])).toEqual(["dev", undefined]);
    expect(fillSlots(slots(), [undefined, undefined])).toEqual([undefined, undefined]);
  });
});

describe("a line is read as clipanion reads it", async () => {
  const commands = await loadAll();
  const words = ["a", "-", "", "48", "--", "--frobnicate", "-x", "a=b", "--json=1", "raw", "env", "a_b"];

  /** The command's words, and any words of its options and others around and after them. */
  function lineOf({ name, options }: CommandDescription) {
    const names = options.flatMap((option) => option.names);
    const word = fc.constantFrom(...words, ...names, ...names.map((each) => `${each}=v`));
    return fc
      .tuple(fc.array(word, { maxLength: 2 }), fc.array(word, { maxLength: 6 }))
      .map(([before, after]) => [...before, ...name.split(" "), ...after]);
  }

  test.each(
    commands.map(({ name, declarations, description }) => [name, declarations, description] as const),
  )("%s", (name, declarations, description) => {
    const cli = cliOf(name, declarations);
    fc.assert(
      fc.property(lineOf(description), (args) => {
        const read = readLine(args, amongOptions(description.options));
        if (args.includes("-h")) return;
        // What clipanion takes for negated flags or bundled short options is refused here.
        if (args.some((arg) => /^--no-|^-[a-z]{2,}$/.test(arg) && !isOption(description, arg))) return;
        if (args.some((arg) => arg.startsWith("--no-") && isOption(description, arg.replace("no-", ""))))
          return;
        const begins = name.split(" ").every((each, index) => argumentsIn(read)[index] === each);
        const ours = begins && accepts(() => checkLine(description, read));
        const theirs = accepts(() => cli.process(normalizeLine(args, read, name)));
        // Choices, empty paths, options that contradict each other, and arguments that an option replaces, are ours to check.
        if (theirs && !ours && begins) {
          expect(() => checkLine(description, read)).toThrow(
            / must be | is empty$|: give .*, not both$| does nothing without |; --[-a-z]+ gives the [a-z]+ already/,
          );
        } else expect([args, ours]).toEqual([args, theirs]);
      }),
      { numRuns: 60 },
    );
  });

  function isOption({ options }: CommandDescription, word: string): boolean {
    return options.some(({ names }) => names.includes(word));
  }

  function accepts(parse: () => unknown): boolean {
    try {
      parse();
      return true;
    } catch (error) {
      if (error instanceof PprotectError) return false;
      if (error instanceof Error && "clipanion" in error) return false;
      throw error;
    }
  }
});

describe("a plain line gives the values that clipanion reads from it", async () => {
  const commands = await loadAll();
  const text = fc.constantFrom("a", "-", "", "48", "a=b", "raw", "env", "a_b", "bash", "\u{1f511}", "x\ny");

  /** The command's words, then arguments and its options, with and without a value; now and then what follows `--`. */
  function lineOf({ name, description: { options } }: LoadedCommand) {
    const names = fc.constantFrom(...options.flatMap((option) => option.names));
    const named = (value: string) => fc.constantFrom(...namesWith(options, value));
    const part = fc.oneof(
      text.map((word) => [word]),
      named("none").map((word) => [word]),
      fc.tuple(named("required"), text),
      fc.tuple(named("required"), text).map(([option, value]) => [`${option}=${value}`]),
      { weight: 1, arbitrary: names.map((word) => [word.replaceAll("-", "_").replace(/^_+/, "--")]) },
    );
    const after = fc.array(fc.oneof(text, names), { maxLength: 3 }).map((words) => ["--", ...words]);
    return fc
      .tuple(fc.array(part, { maxLength: 6 }), fc.option(after, { nil: [], freq: 2 }))
      .map(([parts, end]) => [...name.split(" "), ...parts.flat(), ...end]);
  }

  /** The command's words with the arguments that it must have. */
  function leastLineOf({ name, description }: LoadedCommand): string[] {
    const required = description.arguments.filter((each) => each.required);
    return [...name.split(" "), ...required.map(({ type }) => type.choices?.[0] ?? "a")];
  }

  function namesWith(options: CommandDescription["options"], value: string): string[] {
    return options.filter((option) => option.value === value).flatMap(({ names }) => names);
  }

  test.each(commands.map((command) => [command.name, command] as const))("%s", (name, command) => {
    let plain = 0;
    fc.assert(
      fc.property(lineOf(command), (args) => {
        const read = readLine(args, amongOptions(command.description.options));
        const found: FoundCommand = { ...command, listedName: name, read };
        if (!isAccepted(command.description, read)) return;
        const values = plainValues(args, found);
        if (values) plain++;
        if (values) expect([args, values]).toEqual([args, parsedValues(args, found)]);
      }),
      { numRuns: 150, examples: [[leastLineOf(command)]] },
    );
    expect(plain).toBeGreaterThan(0);
  });

  function isAccepted(description: CommandDescription, read: FoundCommand["read"]): boolean {
    try {
      checkLine(description, read);
      return true;
    } catch (error) {
      if (error instanceof PprotectError) return false;
      throw error;
    }
  }

  test.each([
    [["list-domains"], true],
    [["exec", "--domain", "a", "--uppercase", "--", "ls", "--json"], true],
    [["get", "dev/key", "-u", "x", "--file=y"], true],
    [["lease", "grant", "dev", "--", "sh"], true],
    [["--json", "list-domains"], false],
    [["list_domains"], false],
    [["list-domains", "--non_interactive"], false],
    [["add-secret", "dev", "x", "--generate", "48"], false],
    [["exec", "--no-redact", "x", "--", "ls"], false],
  ])("%j is a plain line: %p", async (args, isPlain) => {
    const found = await findCommand(args);
    if (!found) throw new Error("no command");
    expect(plainValues(args, found) !== undefined).toBe(isPlain);
  });
});

describe("a parsed command", () => {
  async function parsed(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const found = await findCommand(args);
    if (!found) throw new Error(`no command: ${args}`);
    return (await parseLine(args, found)) as unknown as Readonly<Record<string, unknown>>;
  }

  test("has the values of its line, and for the rest what holds without them", async () => {
    expect(
      await parsed("exec", "--domain", "a", "--domain=b", "--uppercase", "--", "ls", "-la"),
    ).toMatchObject({
      domains: ["a", "b"],
      uppercase: true,
      override: false,
      only: [],
      prefix: undefined,
      json: false,
      command: ["ls", "-la"],
    });
    expect(await parsed("init", "-u", "x")).toMatchObject({ user: "x", keyType: "hard" });
    expect(await parsed("add-secret", "--generate")).toMatchObject({ generate: true, firstName: undefined });
    expect(await parsed("add-secret", "--generate", "8", "d")).toMatchObject({
      generate: "8",
      firstName: "d",
    });
    expect(await parsed("env")).toMatchObject({ outputFormat: undefined, yes: false });
    expect(await parsed("env", "--format", "env")).toMatchObject({ outputFormat: "env" });
  });

  test("gives the last value of an option that is given twice", async () => {
    const args = ["list-domains", "--file", "a", "--file", "b"];
    expect(await parsed(...args)).toMatchObject({ file: "b" });
    const read = (await findCommand(args))?.read ?? [];
    expect(valuesOf(read, "--file")).toEqual(["a", "b"]);
  });
});

test("a command describes itself from its class alone", async () => {
  const [first] = await loadAll();
  if (!first) throw new Error("no command");
  expect(describeCommand(first.name, first.type.declaration, first.declarations)).toEqual(first.description);
});
