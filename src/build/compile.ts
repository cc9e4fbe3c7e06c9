import { clipanionWithoutTerminal } from "./clipanion-platform.ts";
import { ARGON2_ADDON, embeddedAddon, SODIUM_ADDON } from "./embedded-addon.ts";
import { embeddedCommandList } from "./embedded-command-list.ts";
import { embeddedModule } from "./embedded-module.ts";
import { embeddedOverview } from "./embedded-overview.ts";
import { embeddedWorker, SOURCE_ROOT, WORKERS } from "./embedded-worker.ts";
import { moduleGroups } from "./module-groups.ts";
import { silentDebug } from "./silent-debug.ts";
import { typanionAsModule } from "./typanion-module.ts";

/** What every line loads, also one that is answered without a command. */
const BEFORE_COMMANDS = ["src/cli/startup/quick-answer.ts"];

/** What second threads load, and every command with a store. Their own programs stay small. */
const SECOND_THREAD = [
  "src/system/path-text.ts",
  "src/store/batches/shared-batches.ts",
  "src/crypto/sodium/libsodium.ts",
  "src/crypto/x25519/x25519-sodium.ts",
];

/** What every command with a store loads besides. */
const EVERY_STORE = [
  "src/cli/run.ts",
  "src/cli/argv/argument.ts",
  "src/cli/base/base-command.ts",
  "src/store/store-file.ts",
];

/** What every command that opens secrets loads besides. */
const OPENING_SECRETS = [
  "src/cli/reading/open-secrets.ts",
  "src/cli/reading/reader.ts",
  "src/cli/base/unlock-attempts.ts",
  "src/cli/base/committable-warning.ts",
  "src/git/trust/open-session.ts",
  "src/lease/access-log/append.ts",
  "src/sources/cascade.ts",
  "src/system/environment-memory.ts",
];

/** What `decrypt-domain` and `exec`, which choose among secrets, load besides. */
const CHOOSING_SECRETS = [
  "src/cli/base/domain-command.ts",
  "src/exec/dangerous-variables.ts",
  "src/exec/naming-default.ts",
  "src/exec/selection.ts",
  "src/cli/reading/open-chosen.ts",
];

/** What `exec` loads besides, where it replaces itself by the program. */
const EXEC = [
  "src/cli/commands/run/exec.ts",
  "src/cli/reading/hand-out.ts",
  "src/exec/environment.ts",
  "src/exec/handed-out/ledger-file.ts",
  "src/exec/process/start-notice.ts",
  "src/exec/process/start-state.ts",
  "src/exec/run-program.ts",
];

/** What `get` and `decrypt-domain` load besides. */
const GET = ["src/cli/commands/secret/get.ts"];
const DECRYPT_DOMAIN = ["src/cli/commands/secret/decrypt-domain.ts"];

export interface CompileOptions {
  readonly outfile: string;
  /** The Argon2 addon's file for the system that the binary is for; without one it derives by the runtime. */
  readonly addon: string | undefined;
  /** libsodium's addon for that system; without one the runtime's library and JavaScript are used. */
  readonly sodium: string | undefined;
  /** The commit of the source, for `version --verbose`; `undefined` if it is unknown. */
  readonly commit: string | undefined;
  /** Another system than this one, with the runtime's executable for it. */
  readonly foreign?: { readonly target: Bun.Build.CompileTarget; readonly runtime: string };
}

/**
 * Nothing runs but what is in the binary: neither a preload that `BUN_OPTIONS` or a configuration names, nor what
 * a debugger sends. `BUN_OPTIONS` cannot take it back (Bun's documentation, "Code generation from strings").
 */
const STATIC_CODE = "--disallow-code-generation-from-strings=strict";

/**
 * Compiles the command line into one file that needs nothing beside it.
 *
 * Without the autoload switches a compiled binary would load `.env` and `bunfig.toml`, preload scripts
 * included, from the directory that it is started in. {@link STATIC_CODE} keeps the environment from adding code.
 *
 * @returns the modules of installed packages that are in it, as paths in `node_modules`, sorted
 */
export async function compile(options: CompileOptions): Promise<readonly string[]> {
  const { outfile, addon, sodium, commit, foreign } = options;
  const result = await Bun.build({
    entrypoints: ["src/cli/main.ts", ...WORKERS.map(({ entry }) => entry)],
    root: SOURCE_ROOT,
    target: "bun",
    format: "esm",
    minify: true,
    bytecode: true,
    splitting: true,
    metafile: true,
    compile: {
      outfile,
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadPackageJson: false,
      autoloadTsconfig: false,
      execArgv: [STATIC_CODE],
      ...(foreign && { target: foreign.target, executablePath: foreign.runtime }),
    },
    plugins: [
      embeddedAddon(ARGON2_ADDON, addon),
      embeddedAddon(SODIUM_ADDON, sodium),
      ...WORKERS.map(embeddedWorker),
      embeddedOverview(),
      embeddedCommandList(),
      embeddedModule("cli/startup/commit.ts", () => `export const COMMIT = ${JSON.stringify(commit)};`),
      clipanionWithoutTerminal(),
      typanionAsModule(),
      silentDebug(),
      // Last: what it loads, the others do not see.
      moduleGroups([
        BEFORE_COMMANDS,
        SECOND_THREAD,
        EVERY_STORE,
        OPENING_SECRETS,
        CHOOSING_SECRETS,
        EXEC,
        GET,
        DECRYPT_DOMAIN,
      ]),
    ],
  });
  for (const log of result.logs) console.error(log);
  if (!result.success) throw new Error(`${outfile} was not compiled`);
  return Object.keys(result.metafile?.inputs ?? {})
    .filter((path) => packageOf(path) !== undefined)
    .toSorted();
}

/** The name of the installed package that a module belongs to. */
export function packageOf(path: string): string | undefined {
  return /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
}
