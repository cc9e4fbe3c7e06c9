import { compile } from "./compile.ts";

await compile("dist/pprotect");
