import type { BunPlugin } from "bun";

/**
 * Replaces a module of ours by one that is made at build time.
 *
 * @param path the end of the module's path, with `/`, such as `cli/argv/embedded-commands.ts`
 * @throws Error, at the end of the build, when no module has that path: the replacement would be lost silently
 */
export function embeddedModule(path: string, contents: () => Promise<string> | string): BunPlugin {
  return {
    name: path,
    setup(build) {
      const used = requireMatch(build, `module at ${path}`);
      const filter = new RegExp(`[/\\\\]${path.split("/").map(RegExp.escape).join("[/\\\\]")}$`);
      build.onLoad({ filter }, async () => {
        used();
        return { loader: "ts", contents: await contents() };
      });
    },
  };
}

/**
 * Makes the build fail when a plug-in found nothing to do, as after a file was renamed or a package changed.
 * @param what what it looks for, such as `module at a/b.ts`
 * @returns to be called when it was found
 */
export function requireMatch(build: Bun.PluginBuilder, what: string): () => void {
  let found = false;
  build.onEnd(() => {
    if (!found) throw new Error(`the build found no ${what}`);
  });
  return () => {
    found = true;
  };
}
