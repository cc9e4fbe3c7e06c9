import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Shell } from "../../src/cli/completion/scripts.ts";
import { binary } from "./binary.ts";
import type { Program } from "./programs.ts";
import { type Sandbox, sandbox } from "./sandbox.ts";
import { programAtTerminal, type TerminalSession } from "./terminal.ts";
import { until } from "./until.ts";

/** A shell as somebody has set it up. */
export interface ShellSetup {
  readonly name: string;
  readonly shell: Shell;
  /** What its start-up file says of other things. */
  readonly startup: string;
  /** The line that switches our completion on. */
  readonly completion: string;
  /** What must be installed for it, beside bash. */
  readonly programs: readonly Program[];
}

const BASH_COMPLETION = "/usr/share/bash-completion/bash_completion";

/** Every setup that completion is to work in. */
export const SHELL_SETUPS = [
  {
    name: "bash",
    shell: "bash",
    startup: "",
    completion: `eval "$(pprotect completion bash)"`,
    programs: [],
  },
  {
    name: "bash with bash-completion",
    shell: "bash",
    startup: `. ${BASH_COMPLETION}`,
    completion: `eval "$(pprotect completion bash)"`,
    programs: ["bash-completion"],
  },
  {
    name: "zsh",
    shell: "zsh",
    startup: "autoload -U compinit; compinit -u -D",
    completion: `eval "$(pprotect completion zsh)"`,
    programs: ["zsh"],
  },
  {
    name: "fish",
    shell: "fish",
    startup: "",
    completion: "pprotect completion fish | source",
    programs: ["fish"],
  },
] as const satisfies readonly ShellSetup[];

export type SetupName = (typeof SHELL_SETUPS)[number]["name"];

/** The setup of {@link SHELL_SETUPS} with this name. */
export function setupNamed(name: SetupName): ShellSetup {
  return SHELL_SETUPS.find((setup) => setup.name === name) as ShellSetup;
}

const PROMPT = "READY> ";
/** Takes away what stands on the line. */
const CTRL_U = "\x15";
const DONE = "-- ran --";

/** A shell at a terminal, in a folder with a store. */
export interface ShellAtTerminal {
  readonly box: Sandbox;
  readonly session: TerminalSession;
  /** Types keys and Return, and gives the arguments that a program was then started with. */
  run(keys: string): Promise<string[]>;
  /** Types keys, and gives what has come to the screen once `text` has. */
  list(keys: string, text: string): Promise<string>;
  /** Leaves the line that was typed. */
  abandon(): Promise<void>;
  /** Ends the shell. */
  close(): Promise<void>;
}

const PLACES: Readonly<Record<Shell, string>> = { bash: "bashrc", zsh: ".zshrc", fish: "fish/config.fish" };

const COMMANDS: Readonly<Record<Shell, readonly string[]>> = {
  bash: ["bash", "--noprofile", "--rcfile", "bashrc", "-i"],
  zsh: ["zsh", "-d", "-i"],
  fish: ["fish", "-i"],
};

const SETTINGS: Readonly<Record<Shell, string>> = {
  bash: `PS1='${PROMPT}'\nbind 'set enable-bracketed-paste off' 'set show-all-if-ambiguous on' 'set page-completions off'\nbind 'set completion-query-items 1000'`,
  zsh: `PS1='${PROMPT}'\nunsetopt PROMPT_SP ZLE_BRACKETED_PASTE 2>/dev/null\nLISTMAX=1000`,
  fish: `function fish_prompt; echo -n '${PROMPT}'; end\nset -g fish_greeting\nset -g fish_autosuggestion_enabled 0`,
};

/**
 * Starts a shell in which `pprotect` and `show-arguments` note the arguments that they are started with; only what
 * completion asks is answered by the binary.
 */
export async function startShell(setup: ShellSetup, store?: string | null): Promise<ShellAtTerminal> {
  const { shell, startup, completion } = setup;
  const box = sandbox(store);
  const bin = box.path("bin");
  const log = box.path("arguments");
  mkdirSync(bin);
  const note = `printf '%s\\0' "$@" >'${log}'; echo '${DONE}'`;
  script(join(bin, "show-arguments"), note);
  script(
    join(bin, "pprotect"),
    `case $1 in __complete | completion) exec '${resolve(binary())}' "$@" ;; esac\n${note}`,
  );
  mkdirSync(box.path("fish"));
  writeFileSync(box.path(PLACES[shell]), `${[SETTINGS[shell], startup, completion].join("\n")}\n`);
  const session = programAtTerminal(COMMANDS[shell], {
    cwd: box.folder,
    columns: 800,
    env: {
      PATH: `${bin}:${process.env.PATH}`,
      LC_ALL: "C.UTF-8",
      ZDOTDIR: box.folder,
      XDG_CONFIG_HOME: box.folder,
      XDG_DATA_HOME: box.folder,
      HISTFILE: "",
    },
  });
  await session.waitFor(PROMPT);
  return {
    box,
    session,
    async run(keys) {
      session.type(`${keys}\r`);
      await session.waitFor(DONE);
      await session.waitFor(PROMPT);
      return readFileSync(log, "utf8").split("\0").slice(0, -1);
    },
    async list(keys, text) {
      const before = session.screen().length;
      session.type(keys);
      // Not as it was sent: fish has colours within a word.
      const screen = () => session.screen().slice(before);
      await until(
        () => screen().includes(text),
        () => `"${text}" did not come: ${JSON.stringify(screen())}`,
      );
      return screen();
    },
    async abandon() {
      session.type(`${CTRL_U}show-arguments\r`);
      await session.waitFor(DONE);
      await session.waitFor(PROMPT);
    },
    async close() {
      session.type("exit\r");
      await session.exited;
    },
  };
}

function script(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}
