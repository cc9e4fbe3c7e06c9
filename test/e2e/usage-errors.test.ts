import { afterAll, describe, expect, test } from "bun:test";
import { commandList } from "../../src/cli/argv/command-list.ts";
import { longName } from "../../src/cli/argv/declaration.ts";
import { pprotect } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { BOB } from "../support/stores.ts";

afterAll(removeFolders);

const { folder: cwd } = sandbox();

/** What a wrong line prints: one error and at most one hint, and exit status 1. */
async function errorOf(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pprotect([...args, "--non-interactive"], { cwd });
  expect([args, status, stdout]).toEqual([args, 1, ""]);
  expect(stderr).toMatch(/^pprotect: [^\n]+\n(?:hint: [^\n]+\n)?$/);
  return stderr;
}

describe("an unknown option", () => {
  test.each([
    [["decrypt-domain", "prod", "--sercet", "token"], "unknown option --sercet", "--secret"],
    [["decrypt-domain", "prod", "--sercet=token"], "unknown option --sercet", "--secret"],
    [["list-domains", "--jsno"], "unknown option --jsno", "--json"],
    [["get", "--hlp"], "unknown option --hlp", "--help"],
    [["--hlep"], "unknown option --hlep", "--help"],
    [["--versoin"], "unknown option --versoin", "--version"],
    [["--flie", "x", "list-domains"], "unknown option --flie", "--file"],
    [["exec", "--domian", "prod", "--", "true"], "unknown option --domian", "--domain"],
    [["exec", "--domain", "prod", "--upper", "--", "true"], "unknown option --upper", "--uppercase"],
  ])("%j is named, with the nearest", async (args, message, near) => {
    const error = await errorOf(...args);
    expect(error).toContain(message);
    expect(error).toContain(`did you mean ${near}?`);
  });

  test("that is near none is named, with where the options are listed", async () => {
    const error = await errorOf("list-domains", "--frobnicate");
    expect(error).toContain("unknown option --frobnicate\n");
    expect(error).toContain("`pprotect list-domains --help`");
  });

  test("that is an argument's name, or is near to none of a command that need not run a program, leads to the usage", async () => {
    expect(await errorOf("unlock", "--domain", "dev")).toContain(
      "hint: DOMAIN is an argument: pprotect unlock [OPTIONS] [DOMAIN...]",
    );
    expect(await errorOf("unlock", "--frobnicate")).toContain("`pprotect unlock --help` lists the options");
    expect(await errorOf("exec", "--frobnicate")).toContain("goes after --: pprotect exec -- PROGRAM");
  });

  test("of one dash is shown to its first letter: the rest may be a passphrase", async () => {
    const error = await errorOf("decrypt-domain", "prod", "-phunter2");
    expect(error).toContain("unknown option -p");
    expect(error).not.toContain("hunter2");
  });
});

describe("an empty path", () => {
  test.each([
    [["list-domains", "--file", ""], "--file"],
    [["list-domains", "--file="], "--file"],
    [["--file", "", "list-domains"], "--file"],
    [["get", "prod/token", "--passphrase-file", ""], "--passphrase-file"],
    [["add-secret", "prod", "new", "--value-file", ""], "--value-file"],
  ])("%j names its option", async (args, name) => {
    const command = args.find((word) => /^[a-z]/.test(word));
    expect(await errorOf(...args)).toBe(
      `pprotect: ${command}: ${name} is empty\nhint: give the path: ${name} FILE\n`,
    );
  });

  test("of an argument is shown as one", async () => {
    expect(await errorOf("inject", "")).toBe('pprotect: cannot read "": no such file or directory\n');
  });
});

describe("an argument too many", () => {
  test("is named", async () => {
    expect(await errorOf("list-domains", "extra")).toContain('unexpected argument "extra"');
    expect(await errorOf("rm-secret", "dev", "a", "b")).toContain('unexpected argument "b"');
    expect(await errorOf("rm-secret", "--domain", "dev", "a", "b")).toContain('unexpected argument "b"');
  });

  test.each([
    [["add-secret", "prod", "key", "hunter2"]],
    [["add-secret", "--domain", "prod", "key", "hunter2"]],
    [["update-secret", "prod", "token", "hunter2", "more"]],
    [["set-secret", "prod", "token", "--hunter2"]],
    [["set-secret", "prod", "token", "-hunter2"]],
    [["init", "hunter2"]],
    [["rekey-custodian", BOB.name, "hunter2"]],
  ])("%j is not shown: it may be the value", async (args) => {
    const error = await errorOf(...args);
    expect(error).not.toContain("hunter2");
    expect(error).toMatch(/argument|option/);
    for (const json of [true, false]) {
      const { stdout, stderr } = await pprotect([...args, ...(json ? ["--json"] : [])], { cwd });
      expect(stdout + stderr).not.toContain("hunter2");
    }
  });

  test("of a command that takes a value says that a value is never an argument", async () => {
    expect(await errorOf("add-secret", "prod", "key", "hunter2")).toContain("value is never an argument");
    expect(await errorOf("add-secret", "prod", "key", "--value=hunter2")).toContain("never an argument");
  });

  test("nor is a passphrase, of any command", async () => {
    const error = await errorOf("list-domains", "--passphrase", "hunter2");
    expect(error).toContain("a passphrase is never an argument");
    expect(error).not.toContain("hunter2");
  });
});

describe("a missing value", () => {
  test.each([
    [["list-domains", "--file"], "--file needs a value: --file FILE"],
    [["decrypt-domain", "--secret", "--json"], "--secret needs a value: --secret SECRET"],
    [["check", "-u"], "-u needs a value: -u USER"],
  ])("%j says whose", async (args, message) => {
    expect((await pprotect(args, { cwd })).status).toBe(1);
    const { stdout, stderr } = await pprotect(args, { cwd });
    expect(stdout + stderr).toContain(message);
  });

  test("of a flag that was given one says so", async () => {
    expect(await errorOf("list-domains", "--json=yes")).toContain("--json takes no value");
  });

  test("and one that is not among the choices says which there are", async () => {
    const error = await errorOf("init", "--key-type", "soft", "-u", "x");
    expect(error).toContain('--key-type must be hard, fast or raw, not "soft"');
  });

  test("of a required argument names it", async () => {
    expect(await errorOf("inject", "--domain", "dev")).toContain("inject: missing argument FILE");
  });
});

test("`git resolve` with the name of a conflict says how to decide one", async () => {
  const error = await errorOf("git", "resolve", "--ours", "prod/token");
  expect(error).toContain('unexpected argument "prod/token"');
  expect(error).toContain("--take prod/api-key=ours");
});

describe("a word of another tool", () => {
  test.each([
    ["ls", "list-domains"],
    ["list", "list-domains"],
    ["show", "get DOMAIN/SECRET"],
    ["run", "exec"],
    ["set", "set-secret"],
    ["rm", "rm-secret"],
    ["delete", "rm-secret"],
    ["delete-secret", "rm-secret"],
    ["list-secrets", "list-domain-secrets"],
    ["add", "add-secret"],
    ["encrypt", "add-secret"],
    ["decrypt", "decrypt-domain"],
    ["login", "--user"],
  ])("%s gets a hint: %s", async (word, hint) => {
    const error = await errorOf(word);
    expect(error).toContain(`unknown command "${word}"`);
    expect(error).toMatch(new RegExp(`hint: .*${hint}`));
  });

  test("a misspelt command gets the nearest", async () => {
    expect(await errorOf("add-secert")).toContain("hint: did you mean `pprotect add-secret`?");
    expect(await errorOf("git", "isntall")).toContain("hint: did you mean `pprotect git install`?");
  });

  test("a command that does not come first is found", async () => {
    const error = await errorOf("dev", "add-secret");
    expect(error).toContain('unknown command "dev"');
    expect(error).toContain("`pprotect add-secret");
  });
});

describe("did you mean", () => {
  test("never another person at the same domain, but what is missing", async () => {
    const error = await errorOf("add-owner", "prod", "dave@example.com");
    expect(error).not.toContain("alice@");
    expect(error).toContain("dave@example.com is not a key custodian");
    expect(error).toContain("they run `pprotect add-key-custodian` first");
  });

  test("a person whose name is misspelt", async () => {
    expect(await errorOf("rm-key-custodian", "blice@example.com")).toContain("alice@example.com");
    expect(await errorOf("rm-key-custodian", "alcie@example.com")).toContain(
      'did you mean "alice@example.com"?',
    );
    expect(await errorOf("rm-key-custodian", "zed@example.com")).not.toContain("did you mean");
  });
});

describe("names are checked before credentials are asked for", () => {
  test.each([
    [["decrypt-domain", "prd"], 'no domain "prd"'],
    [["decrypt-domain", "--domain", "prd"], 'no domain "prd"'],
    [["decrypt-domain", "prod", "--secret", "nope"], 'no secret "nope"'],
    [["rotate-domain-keys", "prd"], 'no domain "prd"'],
    [["add-owner", "prd", BOB.name], 'no domain "prd"'],
    [["add-owner", "prod", "nobody@example.com"], "nobody@example.com is not a key custodian"],
    [["migrate-owner", "nobody@example.com"], "nobody@example.com is not a key custodian"],
    [["rm-owner", "prod", "nobody@example.com"], "nobody@example.com"],
    [["exec", "--domain", "prd", "--", "true"], 'no domain "prd"'],
    [["env", "--domain", "prd"], 'no domain "prd"'],
    [["redact", "--domain", "prd"], 'no domain "prd"'],
    [["list-user-secrets", "-u", "alic"], 'no key custodian "alic"'],
    [["decrypt-domain", "prod", "-u", "alic"], 'no key custodian "alic"'],
    [["rekey-custodian", "-u", "alic"], 'no key custodian "alic"'],
  ])("%j", async (args, message) => {
    expect(await errorOf(...args)).toContain(message);
    // Where a person could be asked, nobody is.
    const { stderr } = await pprotect(args, { cwd, input: "" });
    expect(stderr).not.toMatch(/Passphrase|passphrase:|User email/);
  });

  test("in the environment too", async () => {
    const env = { PPROTECT_USER: "alic" };
    const { stderr } = await pprotect(["decrypt-domain", "prod"], { cwd, env });
    expect(stderr).toContain('no key custodian "alic"');
    expect(stderr).toContain("PPROTECT_USER");
    expect(stderr).not.toMatch(/Passphrase: /);
  });
});

test("adding says what was added once", async () => {
  const box = sandbox();
  const { stderr } = await pprotect(
    ["add-domain", "new", "-u", "alice@example.com", "--passphrase-file", box.alice],
    {
      cwd: box.folder,
    },
  );
  expect(stderr).toBe("Added domain new with owner alice@example.com.\n");
});

describe("options that contradict each other are refused, and none is left out silently", () => {
  test.each([
    [["git", "check", "--json", "--format", "sarif"], "give --json or --format sarif, not both"],
    [["scan", "--json", "--format=text"], "give --json or --format text, not both"],
    [["access", "--json", "--output-format", "csv"], "give --json or --format csv, not both"],
    [["git", "summary", "HEAD..HEAD", "--json", "--format", "md"], "give --json or --format md, not both"],
    [["leak", "--json", "--report", "md"], "give --json or --report md, not both"],
    [["git", "check", "--all", "HEAD"], "give a revision or --all, not both"],
    [["git", "check", "--all", "--staged"], "give --staged alone"],
    [["scan", "--no-baseline", "--write-baseline"], "give --write-baseline or --no-baseline, not both"],
    [["access", "--max-age", "30d"], "--max-age does nothing without --format html"],
    [["access", "--domain", "prod", "--secret", "token"], "takes one of --custodian, --domain and --secret"],
    [["audit", "--verify", "--since", "1h"], "give --since or --verify, not both"],
    [["audit", "--tail", "50", "--verify"], "give --tail or --verify, not both"],
    [["trust", "--custodian"], "give the name too"],
    [["trust", "--custodian", "--hooks"], "give the name too"],
    [["trust", "--hooks", "--write"], "--hooks takes no name, and not --write"],
    [["rotate", "prod/token", "--promote", "--verify", "true"], "give --promote or --verify, not both"],
    [["rotate", "--due", "--timeout", "5s"], "give --due or --timeout, not both"],
    [["rotate", "prod/token", "--stage", "--finish"], "rotate takes one of"],
    [["get", "prod/token", "--from", "env,store", "--default", "x"], "--default requires the source default"],
    [
      ["get", "prod/token", "--from", "store", "--override-file", "x"],
      "--override-file requires the source override",
    ],
    [["get", "prod/token", "--ttl", "5m", "--clip"], "--ttl is for another program"],
    [
      ["add-secret", "prod", "new", "--value-file", "x", "--hex"],
      "give --value-file or --generate, not both",
    ],
    [["add-secret", "prod", "new", "--hex", "--uuid"], "give --hex or --uuid, not both"],
    [["leak", "token", "--plan", "--verify"], "leak takes one of --plan, --report and --verify"],
    [["revoke", "--client", "x", "--all"], "takes one of LEASE, --client, --domain and --all"],
    [["lock", "abc", "--all"], "takes one of LEASE, --client, --domain and --all"],
    [["git", "resolve", "--ours", "--theirs"], "give --ours or --theirs, not both"],
    [["add-owner", "prod", "x", "--all-domains", "--domain", "dev"], ""],
    [["exec", "--domain", "prod", "--keep", "X", "--", "true"], "--keep requires --no-passthrough"],
    [["exec", "--domain", "prod", "--grace", "5s", "--", "true"], "--grace needs --ttl or --while"],
    [["exec", "--domain", "prod", "--every", "5s", "--", "true"], "--every and --misses need --while"],
    [["decrypt-domain", "prod", "--json", "--format", "shell"], "give --json or --format shell, not both"],
  ])("%j", async (args, message) => {
    const given = args.includes("--json");
    const { status, stdout, stderr } = await pprotect([...args, "--non-interactive"], { cwd });
    expect([status, given ? JSON.parse(stdout).error.code : stdout]).toEqual([1, given ? "usage" : ""]);
    expect(given ? JSON.parse(stdout).error.message : stderr).toContain(message);
  });

  test("--json and --format json say the same", async () => {
    const { stdout } = await pprotect(["scan", "--json", "--format", "json", "."], { cwd });
    expect(JSON.parse(stdout).command).toBe("scan");
  });

  test("an option that is said to be with another one is refused without it", async () => {
    const { commands } = await commandList();
    const dependent = commands.flatMap(({ name, options, arguments: args }) =>
      options
        .filter(({ description }) => /^with --/.test(description))
        .map((option) => [
          ...name.split(" "),
          ...(option.value === "none" ? [longName(option)] : [longName(option), "1s"]),
          ...args.filter(({ required }) => required).map(() => "x"),
          ...(name === "exec" ? ["--domain", "prod", "--", "true"] : []),
          ...(name === "revoke" ? ["--client", "x"] : []),
        ]),
    );
    expect(dependent.length).toBeGreaterThan(10);
    for (const args of dependent) {
      const { stdout } = await pprotect(["--json", "--non-interactive", ...args], { cwd });
      expect([args, JSON.parse(stdout || "{}").error?.code]).toEqual([args, "usage"]);
    }
  });

  test("the options that one excludes or needs are the command's", async () => {
    for (const { name, options } of (await commandList()).commands) {
      const known = new Set(options.map(longName));
      const named = options.flatMap(({ excludes = [], needs = [] }) => [...excludes, ...needs]);
      const unknown = named.filter((each) => !known.has(each.split(" ")[0] ?? ""));
      expect([name, unknown]).toEqual([name, []]);
    }
  });
});
