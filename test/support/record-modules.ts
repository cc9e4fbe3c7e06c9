import { appendFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";

/** Preloaded into a program: writes each module that it loads, as a path from the repository, into the file RECORD. */
const file = process.env.RECORD ?? "";
const root = resolve(import.meta.dir, "../..");

Bun.plugin({
  name: "record-modules",
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, importer }) => {
      const found = path.startsWith(".") ? resolve(dirname(importer), path) : path;
      appendFileSync(file, `${found.startsWith("/") ? relative(root, found) : found}\n`);
      return undefined;
    });
  },
});
