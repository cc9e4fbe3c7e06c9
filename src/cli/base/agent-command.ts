import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { currentDirectory } from "../../system/path-text.ts";
import { homeDirectory } from "../../system/user-directories.ts";
import { flag } from "../argv/option.ts";
import { BaseCommand } from "./base-command.ts";

/** A command about the files that agents read, in this project or for the user. */
export abstract class AgentCommand extends BaseCommand {
  global = flag("--global", "for all projects of this user: in the home directory");

  /** The home directory, or the directory of the project. */
  protected get root(): string {
    return this.global ? homeDirectory(process.env) : projectDirectory(currentDirectory());
  }
}

/** The work tree of git's repository, or the directory itself outside of one. */
function projectDirectory(current: string): string {
  for (let directory = current; ; directory = dirname(directory)) {
    if (existsSync(join(directory, ".git"))) return directory;
    if (dirname(directory) === directory) return current;
  }
}
