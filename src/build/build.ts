import { addonFile } from "../crypto/addon-file.ts";
import { compile } from "./compile.ts";

await compile({ outfile: "dist/pprotect", addon: addonFile() });
