import type { BunPlugin } from "bun";
import { addonFile } from "../crypto/addon-file.ts";

/** Puts the native addon into the binary, in place of the module that looks for it among the packages. */
export function embeddedAddon(): BunPlugin {
  return {
    name: "embedded-addon",
    setup(build) {
      build.onLoad({ filter: /\/crypto\/addon-file\.ts$/ }, () => ({
        loader: "ts",
        contents: replacement(),
      }));
    },
  };
}

function replacement(): string {
  const file = addonFile();
  if (file === undefined) return "export const addonFile = () => undefined;";
  return `import file from ${JSON.stringify(file)} with { type: "file" };\nexport const addonFile = () => file;`;
}
