import { PprotectError } from "../../common/errors.ts";
import { gitProgram } from "./git-program.ts";
import { gitEnvironment, SAFE_GIT_CONFIG } from "./safe-git.ts";

/** A setting of git's configuration, here or of the user. @returns `undefined` when there is none, or no git */
export function gitSetting(name: string): string | undefined {
  try {
    const config = SAFE_GIT_CONFIG.flatMap((setting) => ["-c", setting]);
    const git = Bun.spawnSync([gitProgram(), ...config, "config", "--get", name], {
      env: gitEnvironment(),
      stdin: "ignore",
      stderr: "ignore",
    });
    return git.exitCode === 0 ? git.stdout.toString("utf8").trim() : undefined;
  } catch (error) {
    if (error instanceof PprotectError) return undefined;
    throw error;
  }
}
