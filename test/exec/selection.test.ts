import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type SecretChoice, type SelectionOptions, selectSecrets } from "../../src/exec/selection.ts";
import { EMPTY_STORE, type StoreData } from "../../src/store/store-data.ts";

const ALL: SelectionOptions = {
  domains: ["dev"],
  override: false,
  only: [],
  except: [],
  prefix: undefined,
  uppercase: false,
};

/** A store with these secrets, by domain; choosing looks at nothing but names. */
function storeOf(domains: Readonly<Record<string, readonly string[]>>): StoreData {
  const entries = Object.entries(domains).map(([domain, names]) => {
    const secrets = new Map(names.map((name) => [name, "sealed"]));
    return [domain, { publicKey: "", owners: new Map(), secrets }] as const;
  });
  return { ...EMPTY_STORE, domains: new Map(entries) };
}

function select(names: readonly string[], options: Partial<SelectionOptions> = {}): SecretChoice[] {
  return selectSecrets(storeOf({ dev: names }), { ...ALL, ...options });
}

const variables = (choices: readonly SecretChoice[]): string[] => choices.map(({ variable }) => variable);

describe("a secret becomes a variable", () => {
  test("of its own name, or in upper case, or with a prefix", () => {
    expect(select(["db-pass"])).toEqual([{ variable: "db-pass", domain: "dev", name: "db-pass" }]);
    expect(variables(select(["db-pass"], { uppercase: true }))).toEqual(["DB_PASS"]);
    expect(variables(select(["db-pass"], { uppercase: true, prefix: "App" }))).toEqual(["App_DB_PASS"]);
    expect(variables(select(["k"], { prefix: "_x9" }))).toEqual(["_x9_k"]);
  });

  test.each(["", "9A", "A-B", "A B", "A=B", "É"])("but not with the prefix %j", (prefix) => {
    expect(() => select(["k"], { prefix })).toThrow("--prefix");
  });

  test("but not two secrets of a domain one and the same, and the refusal names both", () => {
    const names = ["db-pass", "db_pass"];
    expect(() => select(names, { uppercase: true })).toThrow(/"db-pass" and "db_pass".*DB_PASS/);
    expect(() => select(names, { uppercase: true, override: true })).toThrow("DB_PASS");
    expect(variables(select(names))).toEqual(names);
    expect(variables(select(names, { uppercase: true, except: ["db_pass"] }))).toEqual(["DB_PASS"]);
  });

  const CODE = [
    "PATH",
    "path",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "DYLD_INSERT_LIBRARIES",
    "BASH_ENV",
    "ENV",
    "IFS",
    "NODE_OPTIONS",
    "BUN_OPTIONS",
    "PYTHONPATH",
    "PERL5OPT",
    "RUBYOPT",
    "JAVA_TOOL_OPTIONS",
    "GIT_SSH_COMMAND",
  ];
  test.each(CODE)("but not %s, which could run code", (name) => {
    expect(() => select([name])).toThrow("other code");
    expect(variables(select([name], { prefix: "APP" }))).toEqual([`APP_${name}`]);
    expect(select(["k", name], { except: [name] })).toHaveLength(1);
  });

  test.each([
    ["tar", "TAR_OPTIONS"],
    ["make", "MAKEFLAGS GNUMAKEFLAGS MAKEFILES"],
    ["rsync", "RSYNC_RSH RSYNC_CONNECT_PROG"],
    ["shells", "ZDOTDIR FPATH BASH_FUNC_x%% PS0"],
    [
      "interpreters",
      "LUA_INIT LUA_INIT_5_4 PERL5DB PERLLIB PHPRC VIMINIT EXINIT DOTNET_STARTUP_HOOKS COR_PROFILER_PATH",
    ],
    ["compilers", "GOFLAGS GCC_EXEC_PREFIX COMPILER_PATH"],
    [
      "openssl, git and others",
      "OPENSSL_CONF GIT_COMMON_DIR GIT_ALLOW_PROTOCOL LESSOPEN PYTEST_PLUGINS ZIPOPT BUN_INSPECT_PRELOAD",
    ],
  ])("but not what makes %s run code, even if it is named", (_, names) => {
    for (const name of names.split(" ")) {
      expect(() => select([name])).toThrow("other code");
      expect(() => select([name], { only: [name] })).toThrow("other code");
    }
  });

  test.each(["PPROTECT_USER", "PPROTECT_PASSPHRASE", "PPROTECT_ENV_PREFIX", "PPROTECT_TRUST"])(
    "but not %s, a setting of pprotect, even if it is named",
    (name) => {
      expect(() => select([name], { only: [name] })).toThrow("a setting of pprotect");
    },
  );

  const STEERING = [
    "KUBECONFIG HTTPS_PROXY https_proxy AWS_CONFIG_FILE AWS_ENDPOINT_URL_S3 PIP_INDEX_URL JAVA_OPTS EDITOR HOME SHELL CC",
    "npm_config_registry NPM_CONFIG_SCRIPT_SHELL DOCKER_HOST NODE_TLS_REJECT_UNAUTHORIZED SSL_CERT_FILE SSH_AUTH_SOCK TMPDIR",
    "GIT_SSL_CAINFO GIT_TRACE_CURL SSLKEYLOGFILE XDG_CONFIG_HOME DBUS_SESSION_BUS_ADDRESS CARGO_TARGET_X86_RUNNER AWS_PAGER",
    "LESS LESSEDIT HOSTALIASES RES_OPTIONS LDFLAGS Http_Proxy all_Proxy Npm_Config_script_shell pnpm_config_registry yarn_registry",
  ].flatMap((line) => line.split(" "));
  test.each(STEERING)("only if it is named: %s", (name) => {
    expect(() => select([name])).toThrow(`would set ${name}, which can change what programs run`);
    expect(() => select([name], { only: [`${name.slice(0, -1)}*`] })).toThrow("would set");
    expect(select(["k", name], { only: ["*", name] })).toHaveLength(2);
    const notes: string[] = [];
    expect(select([name], { note: (message) => void notes.push(message) })).toHaveLength(1);
    expect(notes).toEqual([expect.stringContaining(name)]);
  });

  test.each([
    "DATABASE_URL",
    "AWS_SECRET_ACCESS_KEY",
    "GITHUB_TOKEN",
    "NPM_TOKEN",
    "TF_VAR_x",
    "SSH_KEY",
    "PGPASSWORD",
    "REDIS_HOST",
  ])("as any other: %s", (name) => {
    expect(select([name])).toHaveLength(1);
  });

  test("but not what becomes such a name in upper case or by its prefix", () => {
    expect(() => select(["ld-preload"], { uppercase: true })).toThrow("LD_PRELOAD");
    expect(() => select(["PRELOAD"], { prefix: "LD" })).toThrow("LD_PRELOAD");
  });
});

describe("of several domains", () => {
  const store = storeOf({ shared: ["host", "token"], prod: ["token", "key"] });
  const both = { ...ALL, domains: ["shared", "prod"] };

  test("a variable that two give is refused, and the refusal names both", () => {
    expect(() => selectSecrets(store, both)).toThrow('"shared" and "prod" both define variable token');
  });

  test("the later one gives it with override", () => {
    const places = (domains: readonly string[]) =>
      selectSecrets(store, { ...ALL, domains, override: true }).map(
        ({ domain, name }) => `${domain}/${name}`,
      );
    expect(places(["shared", "prod"]).toSorted()).toEqual(["prod/key", "prod/token", "shared/host"]);
    expect(places(["prod", "shared"]).toSorted()).toEqual(["prod/key", "shared/host", "shared/token"]);
  });

  test("what is left out does not collide", () => {
    expect(variables(selectSecrets(store, { ...both, except: ["token"] }))).toEqual(["host", "key"]);
  });

  test("none may be unknown or be named twice", () => {
    expect(() => selectSecrets(store, { ...ALL, domains: ["shared", "prd"] })).toThrow('no domain "prd"');
    expect(() => selectSecrets(store, { ...ALL, domains: ["prod", "prod"] })).toThrow(
      "--domain prod is given twice",
    );
  });
});

describe("globs", () => {
  const NAMES = ["db-host", "db-pass", "api-key", "API_KEY"];
  test.each([
    [["db-*"], [], ["db-host", "db-pass"]],
    [["api-key"], [], ["api-key"]],
    [["{db-pass,API*}"], [], ["db-pass", "API_KEY"]],
    [["db-*", "api-*"], [], ["db-host", "db-pass", "api-key"]],
    [[], ["db-*"], ["api-key", "API_KEY"]],
    [["db-*"], ["*-pass"], ["db-host"]],
    [["db-????"], ["api-key"], ["db-host", "db-pass"]],
  ])("--only %j --except %j", (only, except, expected) => {
    expect(variables(select(NAMES, { only, except }))).toEqual(expected);
  });

  test.each(["--only", "--except"])("%s that matches nothing is refused, with the nearest name", (option) => {
    const options = (pattern: string) => (option === "--only" ? { only: [pattern] } : { except: [pattern] });
    const refusal = (pattern: string) => {
      try {
        return select(NAMES, options(pattern));
      } catch (error) {
        return error;
      }
    };
    expect(refusal("api-kye")).toMatchObject({
      code: "no_such_secret",
      message: `${option} "api-kye" matches no secrets`,
      fix: 'did you mean "api-key"?',
    });
    expect(refusal("apy-ke*")).toMatchObject({ fix: 'did you mean "api-key"?' });
    for (const broken of ["[", "", "{", "a/b"])
      expect(refusal(broken)).toMatchObject({ code: "no_such_secret" });
  });

  test("that leave nothing are refused", () => {
    expect(() => select(NAMES, { only: ["api-key"], except: ["api-*"] })).toThrow("match no secrets");
  });

  test("an empty domain is not an error", () => {
    expect(select([])).toEqual([]);
  });

  const name = fc.stringMatching(/^[a-c][-a-c]{0,3}$/);
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 8 });

  test("law: --only and --except of one glob part the secrets in two", () => {
    fc.assert(
      fc.property(names, fc.nat(), (all, index) => {
        const pattern = `${(all[index % all.length] ?? "a").slice(0, 1)}*`;
        const only = variables(select(all, { only: [pattern] }));
        fc.pre(only.length < all.length);
        const except = variables(select(all, { except: [pattern] }));
        expect([...only, ...except].toSorted()).toEqual(all.toSorted());
      }),
    );
  });

  test("law: with override each variable appears once, from the last domain that has it", () => {
    fc.assert(
      fc.property(names, names, names, (a, b, c) => {
        const store = storeOf({ a, b, c });
        const chosen = selectSecrets(store, { ...ALL, domains: ["a", "b", "c"], override: true });
        const expected = new Map([
          ...a.map((each) => [each, "a"] as const),
          ...b.map((each) => [each, "b"] as const),
          ...c.map((each) => [each, "c"] as const),
        ]);
        expect(new Map(chosen.map(({ variable, domain }) => [variable, domain]))).toEqual(expected);
        expect(chosen).toHaveLength(expected.size);
      }),
    );
  });
});
