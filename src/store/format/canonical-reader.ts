import { ownText } from "../../common/own-text.ts";
import {
  AUDIT_LOG_KEY,
  CUSTODIANS_KEY,
  META_KEY,
  OWNERS_KEY,
  PUBLIC_KEY_KEY,
  PWDKM_KEY,
  SECRET_PREFIX,
  type StoreData,
} from "../store-data.ts";
import { type CutSecret, cutPart, cutShared, shareLog } from "./shared-texts.ts";
import { isWrittenAs } from "./yaml-writer.ts";

/**
 * Reads a store in its canonical form, about fifty times faster than a YAML parser. It does not check the lines that it
 * reads. That is safe because of the last step: the result counts only if writing it gives exactly the same text.
 *
 * @param like another version of the store: what is equal in both is in memory once, and the text is not kept, so two more
 *   versions take less than half of the memory
 * @returns the data, not validated; `undefined` when the text is not canonical (it may still be a valid store)
 */
export function readCanonical(text: string, like?: StoreData): StoreData | undefined {
  const store = readLines(text, like);
  return isWrittenAs(store, text) ? store : undefined;
}

const SECRET_START = `  ${SECRET_PREFIX}`;
const META_START = `  ${META_KEY}:`;
const PUBLIC_KEY_START = `    ${PUBLIC_KEY_KEY}: `;
const OWNERS_START = `    ${OWNERS_KEY}:`;
const CUSTODIANS_START = `${CUSTODIANS_KEY}:`;
const PWDKM_START = `    ${PWDKM_KEY}: `;
const LOG_START = `${AUDIT_LOG_KEY}:`;

interface OpenDomain {
  publicKey: string;
  owners: Map<string, string>;
  secrets: Map<string, string>;
}

/** Reads the lines of a canonical text. The result counts only if it {@link isWrittenAs} the text. */
export function readLines(text: string, like?: StoreData): StoreData {
  const own = like ? ownText : (part: string) => part;
  let cutSecret: CutSecret = cutPart;
  const domains = new Map<string, OpenDomain>();
  const custodians = new Map<string, string>();
  const auditLog: string[] = [];
  let domain: OpenDomain | undefined;
  let custodian = "";
  let section: "domains" | "custodians" | "log" = "domains";

  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf("\n", start);
    if (end === -1) end = text.length;
    // Almost all lines of a large store: only the two parts are cut out of the text.
    if (section === "domains" && text.startsWith(SECRET_START, start)) {
      if (domain) cutSecret(domain.secrets, text, start + SECRET_START.length, end);
      continue;
    }
    const line = text.slice(start, end);
    if (section === "log") {
      if (line.startsWith("- ")) auditLog.push(line.slice(2));
      else auditLog.push(`${auditLog.pop() ?? ""} ${line.slice(2)}`);
    } else if (line.startsWith(LOG_START)) {
      section = "log";
    } else if (line.startsWith(CUSTODIANS_START)) {
      section = "custodians";
    } else if (section === "custodians") {
      if (line.startsWith(PWDKM_START)) custodians.set(custodian, own(valueOn(line)));
      else custodian = own(keyOn(line, 2));
    } else if (line.startsWith("      ")) {
      domain?.owners.set(own(keyOn(line, 6)), own(valueOn(line)));
    } else if (line.startsWith(PUBLIC_KEY_START)) {
      if (domain) domain.publicKey = own(valueOn(line));
    } else if (!line.startsWith(META_START) && !line.startsWith(OWNERS_START)) {
      domain = { publicKey: "", owners: new Map(), secrets: new Map() };
      const name = own(keyOn(line, 0));
      domains.set(name, domain);
      if (like) cutSecret = cutShared(like.domains.get(name)?.secrets);
    }
  }
  return { domains, custodians, auditLog: shareLog(auditLog.map(unquote), like?.auditLog) };
}

/** The key of a line `key:` or `key: value`. Values contain neither colons nor spaces. */
function keyOn(line: string, indent: number): string {
  return unquote(line.slice(indent, line.lastIndexOf(":")));
}

function valueOn(line: string): string {
  return line.slice(line.lastIndexOf(": ") + 2);
}

function unquote(scalar: string): string {
  return scalar.startsWith("'") ? scalar.slice(1, -1).replaceAll("''", "'") : scalar;
}
