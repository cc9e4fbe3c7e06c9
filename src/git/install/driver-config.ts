import mergeDriver from "../../../hooks/merge-driver" with { type: "text" };

/**
 * What the repository's config gets.
 *
 * The merge driver is the script itself rather than a path to it: nothing to find from a linked worktree, nothing
 * left behind when the repository moves. git quotes `%P` for the shell, so that no quotes belong around it.
 * `merge.pprotect.recursive` stays unset: the driver then merges the virtual base of a criss-cross merge as well,
 * where `binary` would take one side of it and so bring a removed secret back.
 * A cache of the readable form would outlive the version of pprotect that made it.
 */
export const DRIVER_CONFIG: ReadonlyMap<string, string> = new Map([
  ["merge.pprotect.name", "pprotect: merge of sealed secrets by meaning"],
  ["merge.pprotect.driver", inlined(mergeDriver)],
  ["diff.pprotect.textconv", "pprotect git textconv"],
  ["diff.pprotect.cachetextconv", "false"],
]);

/** A script as one line that git hands to its shell. */
function inlined(script: string): string {
  const lines = script.split(/\r?\n/).map((line) => line.trim());
  const statements = lines.filter((line) => line !== "" && !line.startsWith("#"));
  return `set -- %O %A %B %L %P; ${statements.join("; ").replaceAll("then; ", "then ")}`;
}
