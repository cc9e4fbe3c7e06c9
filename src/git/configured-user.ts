import { PprotectError } from "../common/errors.ts";
import { withoutLineEnd } from "../common/text.ts";
import { spawnGit } from "./process/stream.ts";

/** A user that git's configuration names. */
export interface ConfiguredUser {
  readonly name: string;
  /** The key of the configuration. */
  readonly key: "pprotect.user" | "user.email";
}

/**
 * The user in git's configuration: `pprotect.user`, else `user.email` if that is one of the custodians.
 *
 * @param directory the store's
 * @returns nothing without git
 */
export async function configuredUser(
  directory: string,
  custodians: ReadonlyMap<string, unknown>,
): Promise<ConfiguredUser | undefined> {
  const own = await configured(directory, "pprotect.user");
  if (own !== undefined) return { name: own, key: "pprotect.user" };
  const email = await configuredEmail(directory);
  return email !== undefined && custodians.has(email) ? { name: email, key: "user.email" } : undefined;
}

/** The address of git's commits, `user.email`. @param directory a directory of the repository @returns nothing without git */
export function configuredEmail(directory: string): Promise<string | undefined> {
  return configured(directory, "user.email");
}

async function configured(directory: string, key: ConfiguredUser["key"]): Promise<string | undefined> {
  try {
    const git = spawnGit(directory, ["config", "--get", key], Buffer.from(""));
    const [text, status] = await Promise.all([new Response(git.stdout).text(), git.exited]);
    const value = withoutLineEnd(text);
    return status === 0 && value !== "" ? value : undefined;
  } catch (error) {
    if (error instanceof PprotectError) return undefined;
    throw error;
  }
}
