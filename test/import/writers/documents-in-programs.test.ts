import { afterAll, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeJson } from "../../../src/import/writers/json.ts";
import { writeYaml } from "../../../src/import/writers/yaml.ts";
import { jsonOf } from "../../support/consumers.ts";
import { needs } from "../../support/programs.ts";
import { holds } from "./document-cases.ts";

const folder = mkdtempSync(join(tmpdir(), "pprotect-documents-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.if(needs("jq"))(
  "jq reads what was written as JSON",
  holds((entries) => jsonOf(["jq", "."], folder, writeJson(entries))),
);

// It is a wrapper of PyYAML, for YAML 1.1.
test.if(needs("yq", "jq"))(
  "yq reads what was written as YAML",
  holds((entries) => jsonOf(["yq", "."], folder, writeYaml(entries))),
);
