import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { configPath, readConfigFile } from "../../../config/config.ts";
import type { RotationRules } from "../../../config/rotation/section.ts";
import { readManifestFile } from "../../../exec/manifest.ts";
import { MANIFEST_FILE } from "../../../exec/manifest-file.ts";
import { KeyFile } from "../../../store/key-file.ts";
import { valueAges } from "../../reading/value-ages.ts";
import { dueSecrets, dueText, unusedRules, withoutBeside } from "../../rotation/due.ts";
import { type Examined, type Finding, ok } from "../finding.ts";

/** Whether this binary knows what is in the files beside the store, and no value is older than they allow. */
export async function checkProjectFiles({ store, storePath }: Examined): Promise<readonly Finding[]> {
  const manifest = join(dirname(storePath), MANIFEST_FILE);
  const found = existsSync(manifest) ? reading("manifest", () => readManifestFile(manifest)) : [];
  let rules: RotationRules = new Map();
  const path = configPath(storePath);
  const config = existsSync(path)
    ? reading("config", () => {
        rules = readConfigFile(path).rotation;
      })
    : [];
  const known = rules.size > 0 && store instanceof KeyFile ? rulesOfTheStore(rules, store) : [];
  const hasLimit = [...rules.values()].some(({ maxAge }) => maxAge !== undefined);
  const due = hasLimit && store instanceof KeyFile ? await rotationDue(storePath, store, rules) : [];
  return [...found, ...config, ...known, ...due];
}

function rulesOfTheStore(rules: RotationRules, { data }: KeyFile): readonly Finding[] {
  const message = unusedRules(rules, data);
  if (message === undefined) return [ok("rotation-rules", "the store has all that .pprotect.yaml rotates")];
  return [{ id: "rotation-rules", level: "warn", message, fix: "correct the names in .pprotect.yaml" }];
}

/** A file that a later pprotect wrote cannot be read by this one: the message says which version it knows. */
function reading(id: string, read: () => unknown): readonly Finding[] {
  try {
    read();
    return [ok(id, `this pprotect reads ${id === "manifest" ? MANIFEST_FILE : ".pprotect.yaml"}`)];
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    const { message, fix } = error;
    return [{ id, level: "fail", message, ...(fix !== undefined && { fix }) }];
  }
}

async function rotationDue(
  storePath: string,
  { data }: KeyFile,
  rules: RotationRules,
): Promise<readonly Finding[]> {
  const { secrets } = await valueAges(storePath, data, () => {});
  const due = dueSecrets(withoutBeside(data, secrets), rules, Date.now(), undefined);
  if (due.length === 0) return [ok("rotation-due", "no value is older than its max_age")];
  return due.map((each) => ({
    id: "rotation-due",
    level: "warn",
    message: dueText([each]).trimEnd(),
    fix: "`pprotect rotate` makes a new value",
  }));
}
