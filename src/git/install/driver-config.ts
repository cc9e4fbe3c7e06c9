import findPprotect from "../../../hooks/find-pprotect" with { type: "text" };
import mergeDriver from "../../../hooks/merge-driver" with { type: "text" };
import textconv from "../../../hooks/textconv" with { type: "text" };

/**
 * The settings that `git install` writes into the repository's configuration.
 *
 * The merge driver is the script itself instead of a path to it, so it works from linked worktrees and after the
 * repository was moved. Git quotes `%P` for the shell, so there must be no quotes around it. Git adds the arguments of
 * the text conversion at the end, which is the call of a function.
 * `merge.pprotect.recursive` stays unset, so the driver also merges the virtual base of a criss-cross merge; `binary`
 * would take one side of it, and could bring a removed secret back.
 * Git does not cache the text conversion: the cache would outlive the version of pprotect that wrote it.
 */
export const DRIVER_CONFIG: ReadonlyMap<string, string> = new Map([
  ["merge.pprotect.name", "pprotect: merge of sealed secrets by meaning"],
  ["merge.pprotect.driver", `set -- %O %A %B %L %P; ${inlined(findPprotect + mergeDriver)}`],
  ["diff.pprotect.textconv", `textconv() { ${inlined(findPprotect + textconv)}; }; textconv`],
  ["diff.pprotect.cachetextconv", "false"],
]);

/** A script as one line, which git passes to its shell. */
function inlined(script: string): string {
  const lines = script.split(/\r?\n/).map((line) => line.trim());
  const statements = lines.filter((line) => line !== "" && !line.startsWith("#"));
  return statements.join("; ").replaceAll("then; ", "then ");
}
