import { bufferOf } from "../../common/buffer-of.ts";
import { judgeKind } from "../assignments/judge.ts";
import type { FileDetector, RuleName } from "../detector.ts";
import { looksRandom } from "../entropy.ts";
import { type Hit, RANK } from "../finding.ts";
import type { Example } from "../path-kind.ts";
import { isDisguisedWord, isPlaceholder } from "../placeholder.ts";
import type { ScanInput } from "../scan-input.ts";

const KUBERNETES_RULE: RuleName = { id: "kubernetes-secret", what: "a value of a Kubernetes Secret" };

const KIND = /^[\s{,"-]{0,20}kind"?\s{0,4}:\s{0,4}"?Secret\b"?/;
const SECTION = /^(?<indent>\s{0,20})"?(?<section>data|stringData)"?\s{0,4}:\s{0,4}\{?\s{0,4}$/;
const ENTRY =
  /^(?<indent>\s{1,40})["']?(?<name>[\w.-]{1,100})["']?\s{0,4}:\s{0,4}["']?(?<value>[^\s"'|>{}[\]#][^\s"'{}]{3,8000})["']?,?\s{0,8}(?:#.{0,200})?$/;
/** Keys of a Secret that hold no secret. */
const OPEN_NAME =
  /^(?:user(?:name)?|host(?:name)?|port|database|db_?name|name|url|uri|endpoint|region|namespace|type|tls\.crt|ca\.crt|email|server|client[-_]?id)$/i;

/** Addresses may have a password in them. */
const ADDRESS_NAME = /^(?:ur[li]|endpoint|server)$/i;

/** The values of Kubernetes Secrets, under any key: encoded in `data`, plain in `stringData`. */
export const kubernetesSecretDetector: FileDetector = {
  rules: [KUBERNETES_RULE],
  applies: (path) => /\.(?:ya?ml|json|tpl|j2)$/i.test(path),
  find(input) {
    const { text } = input;
    const hits: Hit[] = [];
    let section: { readonly indent: number; readonly encoded: boolean } | undefined;
    if (!mentionsSecret(input)) return [];
    const inSecret = documentsWithSecret(input);
    for (let at = 0; at < text.count; at++) {
      if (!inSecret.has(at)) continue;
      const line = text.line(at);
      if (line.length > 10_000) continue;
      const opened = SECTION.exec(line)?.groups;
      if (opened) {
        section = { indent: opened.indent?.length ?? 0, encoded: opened.section === "data" };
        continue;
      }
      const entry = section && ENTRY.exec(line)?.groups;
      if (!section || !entry || (entry.indent?.length ?? 0) <= section.indent) {
        if (/^\S/.test(line)) section = undefined;
        continue;
      }
      const { name = "", value = "" } = entry;
      if (!isSecretValue(name, value, section.encoded, input.kind.example)) continue;
      const start = line.lastIndexOf(value);
      const { id, what } = KUBERNETES_RULE;
      hits.push({ at, start, end: start + value.length, rule: id, what, rank: RANK.known });
    }
    return hits;
  },
};

const SECRET = "Secret";
const DASH = "-".charCodeAt(0);
const MENTION = /\bkind"?\s{0,4}:\s{0,4}"?Secret\b/;

/** Quick to test: most manifests only refer to Secrets. */
function mentionsSecret({ text: { bytes } }: ScanInput): boolean {
  const text = bufferOf(bytes);
  return text.includes(SECRET) && MENTION.test(text.toString("latin1"));
}

/** The lines of the YAML documents that are Secrets. */
function documentsWithSecret({ text }: ScanInput): ReadonlySet<number> {
  const lines = new Set<number>();
  const { bytes } = text;
  const view = bufferOf(bytes);
  let mention = view.indexOf(SECRET);
  let start = 0;
  let found = false;
  for (let at = 0; at <= text.count; at++) {
    const from = text.start(at);
    if (at < text.count && !(bytes[from] === DASH && text.line(at).startsWith("---"))) {
      // Only lines with the word are decoded.
      if (mention !== -1 && mention < from) mention = view.indexOf(SECRET, from);
      if (mention !== -1 && mention < text.end(at)) found ||= KIND.test(text.line(at).slice(0, 200));
      continue;
    }
    if (found) for (let i = start; i < at; i++) lines.add(i);
    start = at;
    found = false;
  }
  return lines;
}

function isSecretValue(name: string, value: string, encoded: boolean, example: Example): boolean {
  if (OPEN_NAME.test(name) && !ADDRESS_NAME.test(name)) return false;
  if (!encoded) return isPlainSecret(name, value, example);
  if (!/^[A-Za-z0-9+/]{4,}={0,2}$/.test(value)) return false;
  const bytes = Buffer.from(value, "base64");
  const text = bytes.toString("utf8").trim();
  if (!/^[\x20-\x7e]+$/.test(text))
    return bytes.length >= 16 && !text.includes("BEGIN CERTIFICATE") && !/[\x20-\x7e\n\t]{40}/.test(text);
  return isPlainSecret(name, text, example);
}

const URL_WITH_PASSWORD = /^[a-z][a-z0-9+.-]{1,20}:\/\/[^:@/\s]{0,100}:(?![$<{%])[^@\s]{6,200}@[^@\s]+$/i;

function isPlainSecret(name: string, value: string, example: Example): boolean {
  if (URL_WITH_PASSWORD.test(value)) return example === undefined;
  // After a colon, a hash: the credentials of `htpasswd`.
  if (isPlaceholder(value) || isDisguisedWord(value) || /:(?:\{|\$)/.test(value)) return false;
  if (judgeKind("password", { name, value, quoted: true }, example)) return true;
  return example === undefined && looksRandom(value);
}
