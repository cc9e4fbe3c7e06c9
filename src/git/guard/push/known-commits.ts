import { withoutLineEnd } from "../../../common/text.ts";
import type { Repository } from "../../process/repository.ts";

/**
 * The options by which `git rev-list` leaves out what a remote has, as far as this repository knows: its remote-tracking
 * refs, which `git push` and `git fetch` keep. Of other remotes, nothing is left out: what they have may be private.
 *
 * @param name the remote's name; git gives its hooks the URL again where the remote has no name
 */
export async function knownToRemote({ tryRun }: Repository, name: string, url: string): Promise<string[]> {
  const names = withoutLineEnd((await tryRun("remote")) ?? "").split("\n");
  const remotes = names.includes(name) ? [name] : await withUrl({ tryRun }, names, url);
  const patterns = await Promise.all(remotes.map((remote) => trackingRefs({ tryRun }, remote)));
  return patterns.flat().map((pattern) => `--glob=${pattern}`);
}

type Asking = Pick<Repository, "tryRun">;

/** The remotes that have a URL: `git push URL` does not name them, but their tracking refs are of the same repository. */
async function withUrl({ tryRun }: Asking, names: readonly string[], url: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of names.filter(Boolean)) {
    const urls = (await tryRun("config", "--get-all", `remote.${name}.url`)) ?? "";
    if (urls.split("\n").includes(url)) found.push(name);
  }
  return found;
}

/** The patterns of a remote's tracking refs, from its `fetch` settings: local branches and tags are not among them. */
async function trackingRefs({ tryRun }: Asking, name: string): Promise<string[]> {
  const refspecs = (await tryRun("config", "--get-all", `remote.${name}.fetch`)) ?? "";
  return refspecs
    .split("\n")
    .map((refspec) => refspec.slice(refspec.indexOf(":") + 1))
    .filter((target) => target.startsWith("refs/remotes/"));
}
