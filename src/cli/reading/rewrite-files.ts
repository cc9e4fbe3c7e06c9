import { join } from "node:path";
import { writePrivateFile } from "../../exec/plaintext-files/write.ts";
import { expressionsOf } from "../../git/leak/expressions.ts";
import type { Rewriting } from "../../git/leak/rewriting.ts";
import { createLastingDirectory } from "../../system/private-directory.ts";
import type { RewriteFiles } from "../report/leak/rewrite.ts";
import { type HandingOut, noteFile } from "./hand-out.ts";

/** How long the files are meant to be there, in ms. */
const FILES_FOR = 24 * 3_600_000;

/**
 * Writes the files for git-filter-repo into a private directory, in memory where the system can. Those with secrets are
 * noted, so that `revoke --all` and `cleanup` remove them; `revoke --domain`, which the plan asks for before, does not.
 *
 * @throws PprotectError `file_error`
 */
export async function writeRewriteFiles(
  { texts, names, blobs }: Rewriting,
  { store, required, warn }: Pick<HandingOut, "store" | "required" | "warn">,
): Promise<RewriteFiles> {
  const directory = createLastingDirectory();
  const write = async (name: string, content: string): Promise<string> => {
    const path = join(directory, name);
    await writePrivateFile(path, content, { store, force: false, onWait: warn });
    const until = Date.now() + FILES_FOR;
    await noteFile({ store, domains: [], leases: [], until, required, warn }, path);
    return path;
  };
  return {
    directory,
    expressions: await write("expressions.txt", expressionsOf(texts)),
    // Not every system can have an asterisk in the name of a file.
    names: names.length === 0 ? undefined : await write("names.txt", expressionsOf(names, "REMOVED")),
    blobs: blobs.length === 0 ? undefined : await write("blobs.txt", blobs.map((id) => `${id}\n`).join("")),
  };
}
