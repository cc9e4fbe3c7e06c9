import { addonFile } from "../crypto/argon2id/addon-file.ts";
import { sodiumFile } from "../crypto/sodium/sodium-file.ts";
import { compile } from "./compile.ts";
import { sourceCommit } from "./source-commit.ts";

await compile({
  outfile: "dist/pprotect",
  addon: addonFile(),
  sodium: sodiumFile(),
  commit: await sourceCommit(),
});
