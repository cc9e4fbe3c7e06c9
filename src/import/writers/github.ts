import type { Entry } from "../entry.ts";
import { checkIdentifier, checkNoNul, unrepresentable } from "./unrepresentable.ts";

/** What GitHub Actions gets: `masks` goes to standard output, before `environment` goes to the file `$GITHUB_ENV`. */
export interface GithubOutput {
  /** Workflow commands that make the runner replace each line of each value in its logs by `***`. */
  readonly masks: string;
  readonly environment: string;
}

/**
 * Values for the later steps of a job in GitHub Actions (actions/runner, FileCommandManager.cs).
 *
 * @param delimiter ends every value: 128 random bits or more, or a value could end itself and set other variables
 * @throws PprotectError `unrepresentable` for a name that the runner refuses, and for a carriage return at a line's
 *   end, which runners on Windows drop
 */
export function writeGithub(entries: readonly Entry[], delimiter: string): GithubOutput {
  for (const { name, value } of entries) {
    checkIdentifier("github", name);
    checkNoNul("github", name, value);
    if (/\r(?:\n|$)/.test(value)) {
      throw unrepresentable(
        "github",
        name,
        "has a carriage return at the end of a line",
        "use --format json",
      );
    }
    if (/^NODE_OPTIONS$/i.test(name)) {
      throw unrepresentable(
        "github",
        name,
        "is a name that GitHub refuses",
        "give it another name (--prefix)",
      );
    }
    if (value.split("\n").includes(delimiter)) throw new Error("the delimiter is a line of a value");
  }
  const lines = entries.flatMap(({ value }) => value.split(/[\r\n]/)).filter((line) => line.trim() !== "");
  return {
    masks: [...new Set(lines)].map((line) => `::add-mask::${commandData(line)}\n`).join(""),
    environment: entries.map(({ name, value }) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`).join(""),
  };
}

/** As the runner unescapes what follows a workflow command. */
function commandData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
