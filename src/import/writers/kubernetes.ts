import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { encodeUtf8 } from "../../common/utf8.ts";
import { encodeBase64 } from "../../crypto/base64.ts";
import type { Entry } from "../entry.ts";
import { unrepresentable } from "./unrepresentable.ts";
import { yamlKey } from "./yaml.ts";

/** What the API server allows all values of a Secret together, in bytes. */
const MAX_SECRET_BYTES = 1024 * 1024;

/**
 * The manifest of a Kubernetes Secret.
 *
 * @param name its `metadata.name`: a DNS subdomain (RFC 1123)
 * @throws PprotectError `usage` for another name, `unrepresentable` for what a Secret cannot hold
 */
export function writeKubernetes(entries: readonly Entry[], name: string): string {
  if (name.length > 253 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)) {
    throw new PprotectError(
      "usage",
      `a Kubernetes Secret cannot be named "${displayName(name)}"`,
      "a name has small letters, digits, `-` and `.`",
    );
  }
  const values = entries.map((entry) => {
    if (!/^[-._A-Za-z0-9]{1,253}$/.test(entry.name) || /^\.{1,2}$/.test(entry.name)) {
      throw unrepresentable("k8s", entry.name, "is not a valid key of a Secret", "use --format json");
    }
    return { key: yamlKey(entry.name), bytes: encodeUtf8(entry.value) };
  });
  if (values.reduce((sum, { bytes }) => sum + bytes.length, 0) > MAX_SECRET_BYTES) {
    throw new PprotectError(
      "unrepresentable",
      "the secrets are more than the 1 MiB that a Kubernetes Secret can have",
      "choose fewer with --only",
    );
  }
  const head = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${JSON.stringify(name)}\ntype: Opaque\n`;
  if (values.length === 0) return `${head}data: {}\n`;
  return `${head}data:\n${values.map(({ key, bytes }) => `  ${key}: "${encodeBase64(bytes)}"\n`).join("")}`;
}
