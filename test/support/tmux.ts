import { join } from "node:path";
import { cleanEnvironment, type RunOptions } from "./run.ts";
import { until } from "./until.ts";

/** A window of tmux with a shell in it. */
export interface Window {
  /** All that the window has shown, without the lines above `clear`. */
  screen(): string;
  /** Types text and Return. */
  line(text: string): void;
  /** Presses a key by tmux's name for it, such as `C-c`. */
  press(key: string): void;
  /** Waits until the window shows something, and gives all that it shows then. */
  shows(what: string | RegExp): Promise<string>;
  /** Types a command and waits until it has ended. @returns what it showed */
  run(command: string): Promise<string>;
  clear(): void;
}

export interface Tmux {
  window(name: string): Window;
  /** Ends all windows, as when the terminal is closed. */
  close(): void;
}

/** A server of tmux of its own, with its socket in the current directory. */
export function tmux({ cwd, env }: RunOptions): Tmux {
  const socket = join(cwd, "tmux");
  const environment = cleanEnvironment(cwd, { TERM: "xterm-256color", PS1: "> ", ...env });
  const command = (...args: readonly string[]): string => {
    const all = ["tmux", "-S", socket, "-f", "/dev/null", ...args];
    const { exitCode, stdout, stderr } = Bun.spawnSync(all, { cwd, env: environment });
    if (exitCode !== 0) throw new Error(`tmux ${args.join(" ")}: ${stderr}`);
    return stdout.toString("utf8");
  };
  let isStarted = false;
  let ends = 0;
  return {
    window(name) {
      if (isStarted) command("new-window", "-t", "day", "-n", name, "sh");
      else command("new-session", "-d", "-s", "day", "-x", "200", "-y", "50", "-n", name, "sh");
      isStarted = true;
      const target = ["-t", `day:${name}`];
      const line = (text: string): void => {
        command("send-keys", ...target, "-l", text);
        command("send-keys", ...target, "Enter");
      };
      const screen = (): string => command("capture-pane", "-p", "-J", "-S", "-", ...target);
      const shows = async (what: string | RegExp): Promise<string> => {
        let text = "";
        const isShown = () => {
          text = screen();
          return typeof what === "string" ? text.includes(what) : what.test(text);
        };
        await until(isShown, () => `${what} was not shown in\n${text}`);
        return text;
      };
      const clear = (): void => {
        command("send-keys", ...target, "-R");
        command("clear-history", ...target);
      };
      return {
        screen,
        line,
        press: (key) => void command("send-keys", ...target, key),
        shows,
        clear,
        async run(text) {
          clear();
          // Not on the line as it is typed, but in what it prints.
          line(`${text}; echo $?-en''ded-${++ends}`);
          return shows(new RegExp(`\\d-ended-${ends}$`, "m"));
        },
      };
    },
    close() {
      if (isStarted) command("kill-server");
      isStarted = false;
    },
  };
}
