import { addonFile } from "../crypto/argon2id/addon-file.ts";
import { compile } from "./compile.ts";

await compile({ outfile: "dist/pprotect", addon: addonFile() });
