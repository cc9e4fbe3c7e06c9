import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import type { Entry } from "../../../src/import/entry.ts";
import { readEntries } from "../../../src/import/read-entries.ts";
import { writeJson } from "../../../src/import/writers/json.ts";
import { writeKubernetes } from "../../../src/import/writers/kubernetes.ts";
import { writeToml } from "../../../src/import/writers/toml.ts";
import { writeYaml } from "../../../src/import/writers/yaml.ts";
import { moreConsumers } from "../../support/consumers.ts";
import { runProgram } from "../../support/run.ts";
import { holds, objectOf } from "./document-cases.ts";

const folder = mkdtempSync(join(tmpdir(), "pprotect-documents-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("json", () => {
  test(
    "JSON.parse",
    holds((entries) => JSON.parse(writeJson(entries)), 200),
  );
  test(
    "our own reader",
    holds((entries) => readBack(writeJson(entries), "f.json"), 200),
  );
});

describe("yaml", () => {
  test(
    "npm's yaml, as YAML 1.2",
    holds((entries) => parseYaml(writeYaml(entries)), 200),
  );
  test(
    "npm's yaml, as YAML 1.1",
    holds((entries) => parseYaml(writeYaml(entries), { version: "1.1" }), 200),
  );
  test(
    "Bun",
    holds((entries) => Bun.YAML.parse(writeYaml(entries)), 200),
  );
  test(
    "our own reader",
    holds((entries) => readBack(writeYaml(entries), "f.yaml"), 200),
  );
});

describe("toml", () => {
  test(
    "smol-toml",
    holds((entries) => ({ ...parseToml(writeToml(entries)) }), 200),
  );
  test(
    "Bun",
    holds((entries) => ({ ...Bun.TOML.parse(writeToml(entries)) }), 200),
  );
});

describe("k8s", () => {
  const dataOf = (manifest: unknown): Record<string, string> => {
    const { data } = manifest as { data: Record<string, string> };
    const decoded = Object.entries(data).map(([key, value]) => [
      key,
      Buffer.from(value, "base64").toString(),
    ]);
    return Object.fromEntries(decoded);
  };
  test(
    "npm's yaml",
    holds((entries) => dataOf(parseYaml(writeKubernetes(entries, "app"), { version: "1.1" })), 200),
  );
  test(
    "our own reader",
    holds((entries) => readBack(writeKubernetes(entries, "app"), "f.yaml"), 200),
  );
  for (const kubectl of moreConsumers("kubectl")) {
    const read = async (entries: readonly Entry[]): Promise<unknown> => {
      writeFileSync(join(folder, "secret.yaml"), writeKubernetes(entries, "app"));
      writeFileSync(join(folder, "kustomization.yaml"), "resources: [secret.yaml]\n");
      const { stdout, stderr } = await runProgram([kubectl, "kustomize", folder], { cwd: folder });
      expect(stderr).toBe("");
      return dataOf(parseYaml(stdout));
    };
    test("kubectl", holds(read, 5));
  }

  test("a name that the API server refuses", () => {
    for (const bad of ["", "App", "a_b", "-a", "a".repeat(254), "a\nb"]) {
      expect(() => writeKubernetes([], bad)).toThrow("a Kubernetes Secret cannot be named");
    }
    expect(parseYaml(writeKubernetes([], "a.b-c"))).toMatchObject({ metadata: { name: "a.b-c" }, data: {} });
    expect(parseYaml(writeKubernetes([], "true"))).toMatchObject({ metadata: { name: "true" } });
  });

  test("more than a Secret can have", () => {
    const value = "x".repeat(600 * 1024);
    const two = [
      { name: "A", value },
      { name: "B", value },
    ];
    expect(() => writeKubernetes(two, "app")).toThrow("1 MiB");
  });
});

test("no entries", () => {
  expect(JSON.parse(writeJson([]))).toEqual({});
  expect(parseYaml(writeYaml([]))).toEqual({});
  expect({ ...parseToml(writeToml([])) }).toEqual({});
});

test("lines are a block in YAML, which people can read and edit", () => {
  expect(writeYaml([{ name: "KEY", value: "-----BEGIN KEY-----\nMIIB: #\n\nx\n" }])).toBe(
    "KEY: |\n  -----BEGIN KEY-----\n  MIIB: #\n\n  x\n",
  );
  expect(writeYaml([{ name: "A", value: "one\n two" }])).toBe('A: "one\\n two"\n');
  expect(writeYaml([{ name: "A", value: "one\ntwo" }])).toBe("A: |-\n  one\n  two\n");
});

test("names like __proto__ and 1 are names", () => {
  const entries = [
    { name: "b", value: "1" },
    { name: "a", value: "2" },
    { name: "__proto__", value: "3" },
    { name: "1", value: "4" },
  ];
  expect(writeJson(entries)).toBe('{\n  "b": "1",\n  "a": "2",\n  "__proto__": "3",\n  "1": "4"\n}\n');
  expect(writeYaml(entries)).toBe('b: "1"\na: "2"\n__proto__: "3"\n"1": "4"\n');
});

async function readBack(text: string, file: string): Promise<Record<string, string>> {
  const { entries } = await readEntries(Buffer.from(text), { file, environment: {} });
  return objectOf(entries);
}
