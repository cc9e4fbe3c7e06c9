import { describe, expect, test } from "bun:test";
import { commandList } from "../../../src/cli/argv/command-list.ts";
import { OUTPUT_FORMATS } from "../../../src/cli/base/format-option.ts";
import { offerFor } from "../../../src/cli/completion/candidates.ts";
import { positionOf } from "../../../src/cli/completion/cursor-context.ts";
import { SOURCES } from "../../../src/sources/cascade.ts";

const list = await commandList();
const { commands } = list;

/** What is offered at `|` in a line: `files`, `program`, `<a kind of value>` of the store, or words. */
async function offered(line: string): Promise<readonly string[] | string> {
  const words = line.split(" ");
  const cursor = words.findIndex((word) => word.endsWith("|"));
  const position = positionOf(words.with(cursor, (words[cursor] ?? "").slice(0, -1)), cursor, commands);
  const offer = await offerFor(position, list, async ({ kind }, { file, domains }) => [
    `<${kind}>`,
    ...(file === undefined ? [] : [`in ${file}`]),
    ...domains.map((domain) => `of ${domain}`),
  ]);
  return offer.kind === "words" ? offer.candidates.map(({ word }) => word) : offer.kind;
}

describe("a command", () => {
  test("is offered where there is none yet, its first word once", async () => {
    const names = commands.map(({ name }) => name.split(" ")[0] ?? "");
    expect(await offered("|")).toEqual([...new Set(names)]);
    expect(await offered("--json --file x a|")).toEqual([...new Set(names)]);
    expect(names).not.toContain("__complete");
  });

  test("of several words is offered word by word", async () => {
    expect(await offered("git |")).toContain("textconv");
    expect(await offered("git |")).not.toContain("git");
    expect(await offered("git --json |")).toContain("resolve");
  });

  test("of several words is offered word by word as a topic of help too", async () => {
    expect(await offered("help |")).toEqual(expect.arrayContaining(["git", "get", "people", "options"]));
    expect(await offered("help git |")).toEqual(await offered("git |"));
    expect(await offered("help --json git |")).toEqual(await offered("git |"));
    for (const line of ["help get |", "help people |", "help git resolve |"])
      expect(await offered(line)).toEqual([]);
  });

  test("is read with `_` too, and nothing is offered after a wrong one", async () => {
    expect(await offered("rm_domain |")).toEqual(["<domain>"]);
    expect(await offered("git merge_driver |")).toBe("files");
    expect(await offered("frobnicate |")).toEqual([]);
    expect(await offered("git frobnicate |")).toEqual([]);
  });
});

describe("options", () => {
  test("are the command's, each once, and --take again", async () => {
    const all = await offered("git resolve --ours --take a=ours -|");
    expect(all).toContain("--theirs");
    expect(all).toContain("--help");
    expect(all).toContain("--take");
    expect(all).not.toContain("--ours");
    expect(all).not.toContain("--domain");
  });

  test("before a command are those that every command has", async () => {
    expect(await offered("-|")).toEqual(expect.arrayContaining(["--file", "--json", "--user", "--help"]));
    expect(await offered("-|")).toContain("--version");
    expect(await offered("-|")).not.toContain("--domain");
  });

  test("are offered where no argument can follow", async () => {
    expect(await offered("list-domains |")).toContain("--file");
    expect(await offered("rm-domain dev |")).toContain("--confirm");
    expect(await offered("rm-domain -- dev |")).toEqual([]);
  });

  test("after the cursor, or half typed, are read as what they are", async () => {
    expect(await offered("list-domains --confirm| --json")).toContain("--confirm");
    expect(await offered("list-domains -| --json")).not.toContain("--json");
  });
});

describe("values", () => {
  test.each([
    ["rm-domain |", ["<domain>"]],
    ["rm-domain d|", ["<domain>"]],
    ["rm-secret dev |", ["<secret>", "of dev"]],
    ["rm-secret --domain dev |", ["<secret>", "of dev"]],
    ["rm-secret | --domain dev", ["<secret>", "of dev"]],
    ["rm-secret --domain=dev |", ["<secret>", "of dev"]],
    ["rm-secret --confirm dev |", ["<secret>", "of dev"]],
    ["rm-secret --domain |", ["<domain>"]],
    ["rm-secret --domain=|", ["--domain=<domain>"]],
    ["rm-secret --domain | --file a.yaml", ["<domain>", "in a.yaml"]],
    ["--file a.yaml rm-domain |", ["<domain>", "in a.yaml"]],
    ["rm-domain --file=a.yaml |", ["<domain>", "in a.yaml"]],
    ["rm-domain | --file a.yaml", ["<domain>", "in a.yaml"]],
    ["add-secret dev |", ["<new-secret>", "of dev"]],
    ["add-secret --generate 48 dev |", ["<new-secret>", "of dev"]],
    ["add-secret --generate dev |", ["<new-secret>", "of dev"]],
    ["add-owner dev |", ["<new-owner>", "of dev"]],
    ["rm-owner dev |", ["<owner>", "of dev"]],
    ["rm-owner -- dev |", ["<owner>", "of dev"]],
    ["migrate-owner |", ["<custodian>"]],
    ["-u |", ["<custodian>"]],
    ["check --user=a|", ["--user=<custodian>"]],
    ["init -u |", ["<text>"]],
    ["add-domain |", ["<new-domain>"]],
    ["decrypt-domain dev --secret |", ["<secret>", "of dev"]],
    ["decrypt-domain --secret |", ["<secret>"]],
    ["git history |", ["<secret-path>"]],
    ["git history --domain |", ["<domain>"]],
    ["get |", ["<secret-path>"]],
    ["rm-secret |", ["<secret-path>"]],
    ["add-secret |", ["<new-secret-path>"]],
    ["copy-secret dev/x |", ["<secret-or-domain>", "of dev/x"]],
    ["add-owner --domain dev --domain prod |", ["<new-owner>", "of dev", "of prod"]],
    ["git history dev |", ["<secret>", "of dev"]],
    ["git resolve --take |", ["<conflict>"]],
    ["init --key-type |", ["hard", "fast", "raw"]],
    ["init --key_type=|", ["--key_type=hard", "--key_type=fast", "--key_type=raw"]],
    ["decrypt-domain --output-format |", [...OUTPUT_FORMATS]],
    ["env --format |", [...OUTPUT_FORMATS]],
    ["import dev |", "files"],
    ["get x --from |", [...SOURCES]],
    [
      "get x --from env,sops,|",
      ["override", "keyring", "store", "default"].map((each) => `env,sops,${each}`),
    ],
    [
      "get x --from=env,s|",
      ["override", "keyring", "store", "sops", "default"].map((each) => `--from=env,${each}`),
    ],
    ["completion |", ["bash", "zsh", "fish"]],
    ["check --file a -u |", ["<custodian>", "in a"]],
    ["exec --domain |", ["<domain>"]],
    ["exec --domain dev |", ["--"]],
    ["list-domains --json=|", []],
    ["list-domains --bogus=|", []],
  ])("at `%s`", async (line, expected) => {
    expect(await offered(line)).toEqual(expected);
  });

  test.each([
    "--file |",
    "--file=|",
    "init --passphrase-file |",
    "rekey-custodian --new-passphrase-file |",
    "add-secret --value-file=x|",
    "git install |",
    "git install a b |",
    "git textconv |",
    "git merge-driver a |",
  ])("at `%s` are files", async (line) => {
    expect(await offered(line)).toBe("files");
  });

  test.each(["exec -- |", "exec --domain dev -- ls -|", "exec -- ls -- |"])(
    "at `%s` are a program's",
    async (line) => {
      expect(await offered(line)).toBe("program");
    },
  );
});

test("a name that begins with a dash is offered only where it is not an option", async () => {
  const words = async (...line: readonly string[]) => {
    const offer = await offerFor(positionOf(line, line.length - 1, commands), list, async () => [
      "-rf",
      "dev",
    ]);
    return offer.kind === "words" ? offer.candidates.map(({ word }) => word) : offer.kind;
  };
  expect(await words("rm-domain", "")).toEqual(["dev"]);
  expect(await words("exec", "--domain", "")).toEqual(["dev"]);
  expect(await words("exec", "--domain=")).toEqual(["--domain=-rf", "--domain=dev"]);
  expect(await words("rm-domain", "--", "")).toEqual(["-rf", "dev"]);
});
