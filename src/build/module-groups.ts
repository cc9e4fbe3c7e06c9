import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { BunPlugin } from "bun";

const NAMESPACE = "module-group";
const SOURCE = /[/\\]src[/\\](?!build[/\\]).*(?<!\.d)\.ts$/;

/**
 * Puts modules that are used together into one chunk of the binary.
 *
 * With `splitting`, modules are in one chunk if exactly the same entries lead to them: the commands, and what is loaded on
 * demand. The modules of a short command would be in a hundred chunks, and each takes time to be loaded. So every module
 * that imports one of a group is made to import the whole group.
 *
 * @param groups the modules of each, with all that they import and that no group before has
 */
export function moduleGroups(groups: readonly (readonly string[])[]): BunPlugin {
  return {
    name: NAMESPACE,
    setup(build) {
      const groupOf = new Map<string, number>();
      const members = groups.map((roots, group) => {
        const added = importedBy(roots).filter((path) => !groupOf.has(path));
        for (const path of added) groupOf.set(path, group);
        return added;
      });
      build.onResolve({ filter: new RegExp(`^${NAMESPACE}:`) }, ({ path }) => ({
        path: path.slice(NAMESPACE.length + 1),
        namespace: NAMESPACE,
      }));
      build.onLoad({ filter: /^/, namespace: NAMESPACE }, ({ path }) => ({
        loader: "ts",
        contents: importing(members[Number(path)] ?? []),
      }));
      build.onLoad({ filter: SOURCE }, ({ path }) => {
        const used = [path, ...importsOf(path)].map((each) => groupOf.get(each) ?? -1);
        const names = groups.flatMap((_, group) => (used.includes(group) ? `${NAMESPACE}:${group}` : []));
        return { loader: "ts", contents: `${importing(names)}${readFileSync(path, "utf8")}` };
      });
    },
  };
}

function importing(modules: readonly string[]): string {
  return modules.map((path) => `import ${JSON.stringify(path)};\n`).join("");
}

/** Some modules and all that they import, each after what it imports itself. */
function importedBy(roots: readonly string[]): string[] {
  const found = new Set<string>();
  const visited = new Set<string>();
  const visit = (path: string): void => {
    if (visited.has(path)) return;
    visited.add(path);
    importsOf(path).forEach(visit);
    found.add(path);
  };
  for (const root of roots) visit(resolve(root));
  return [...found];
}

/** The modules of ours that a module imports when it is loaded: imports of types are gone then. */
function importsOf(path: string): string[] {
  return new Bun.Transpiler({ loader: "ts" })
    .scanImports(readFileSync(path, "utf8"))
    .filter(
      ({ kind, path: from }) => kind === "import-statement" && from.startsWith(".") && from.endsWith(".ts"),
    )
    .map(({ path: from }) => resolve(dirname(path), from));
}
