import { addonFile } from "../crypto/argon2id/addon-file.ts";
import { compile } from "./compile.ts";
import { sourceCommit } from "./source-commit.ts";

await compile({ outfile: "dist/pprotect", addon: addonFile(), commit: await sourceCommit() });
