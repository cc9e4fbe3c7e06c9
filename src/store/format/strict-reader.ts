import { isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import { displayName } from "../../common/terminal-safe.ts";
import {
  AUDIT_LOG_KEY,
  CUSTODIANS_KEY,
  type Domain,
  EMPTY_STORE,
  META_KEY,
  OWNERS_KEY,
  PUBLIC_KEY_KEY,
  PWDKM_KEY,
  SECRET_PREFIX,
  type StoreData,
} from "../store-data.ts";
import type { Problem, ProblemCode } from "./problem.ts";
import type { EntryPath } from "./validation.ts";
import { plainIsString } from "./yaml-scalar.ts";
import { parseYaml } from "./yaml-syntax.ts";

/** The result of reading a YAML text: the data as far as it could be read, the problems, and the lines of entries. */
export interface StrictReading {
  readonly store: StoreData;
  readonly problems: readonly Problem[];
  /** The 1-based line of an entry; `undefined` if the text has no such entry. */
  lineOf(path: EntryPath): number | undefined;
}

/**
 * Reads a store from any YAML 1.2 text, and reports everything that is wrong with its structure, with lines. Used for
 * files that were edited by hand, and for errors. Anchors, aliases, tags and merge keys are refused without being
 * expanded, so a small text cannot fill the memory. The values of entries are checked in validation.ts.
 */
export function readStrict(text: string): StrictReading {
  const { contents, problems, lineAt } = parseYaml(text);
  if (problems.length > 0) return { store: EMPTY_STORE, problems: byLine(problems), lineOf: () => undefined };
  const walker = new Walker(lineAt);
  const store = walker.root(contents);
  return { store, problems: byLine(walker.problems), lineOf: (path) => walker.lineOf(path) };
}

function byLine(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line);
}

interface Entry {
  readonly key: string;
  readonly offset: number;
  readonly value: Node | null;
}

class Walker {
  readonly problems: Problem[] = [];
  readonly #lines = new Map<string, number>();
  readonly #lineAt: (offset: number) => number;

  constructor(lineAt: (offset: number) => number) {
    this.#lineAt = lineAt;
  }

  report(code: ProblemCode, offset: number, message: string): void {
    this.problems.push({ code, line: this.#lineAt(offset), message });
  }

  lineOf(path: EntryPath): number | undefined {
    return this.#lines.get(pathKey(path));
  }

  root(contents: Node | null): StoreData {
    const domains = new Map<string, Domain>();
    let custodians = new Map<string, string>();
    let auditLog: string[] = [];
    const seen = new Set<string>();
    for (const { key, offset, value } of this.#entries(contents, [], "the store")) {
      seen.add(key);
      if (key === CUSTODIANS_KEY) custodians = this.#custodians(value, offset);
      else if (key === AUDIT_LOG_KEY) auditLog = this.#auditLog(value, offset);
      else domains.set(key, this.#domain(key, offset, value));
    }
    if (isMap(contents)) {
      for (const key of [CUSTODIANS_KEY, AUDIT_LOG_KEY]) {
        if (!seen.has(key))
          this.problems.push({ code: "missing_key", line: 1, message: `missing ${key}; is this a store?` });
      }
    }
    return { domains, custodians, auditLog };
  }

  #domain(name: string, offset: number, node: Node | null): Domain {
    const at = `domain "${displayName(name)}"`;
    const secrets = new Map<string, string>();
    let publicKey: string | undefined;
    let owners: ReadonlyMap<string, string> | undefined;
    let meta = false;
    for (const entry of this.#entries(node, [name], at, offset)) {
      if (entry.key === META_KEY) {
        meta = true;
        for (const part of this.#entries(entry.value, [name, META_KEY], `${at}: meta`, entry.offset)) {
          if (part.key === PUBLIC_KEY_KEY) publicKey = this.#text(part, `${at}: ${PUBLIC_KEY_KEY}`);
          else if (part.key === OWNERS_KEY) owners = this.#owners(name, part, at);
          else
            this.report("unknown_key", part.offset, `${at}: unknown key "${displayName(part.key)}" in meta`);
        }
        if (publicKey === undefined)
          this.report("missing_key", entry.offset, `${at}: missing ${PUBLIC_KEY_KEY} in meta`);
        if (owners === undefined)
          this.report("missing_key", entry.offset, `${at}: missing ${OWNERS_KEY} in meta`);
      } else if (entry.key.startsWith(SECRET_PREFIX)) {
        const secret = entry.key.slice(SECRET_PREFIX.length);
        const sealed = this.#text(entry, `${at}: secret "${displayName(secret)}"`, "secret_not_sealed");
        if (sealed !== undefined) secrets.set(secret, sealed);
      } else {
        this.report(
          "unknown_key",
          entry.offset,
          `${at}: unknown key "${displayName(entry.key)}"; secrets start with "${SECRET_PREFIX}"`,
        );
      }
    }
    if (!meta && isMap(node))
      this.report("missing_key", offset, `${at}: missing meta, with the public key and owners`);
    return { publicKey: publicKey ?? "", owners: owners ?? new Map(), secrets };
  }

  #owners(domain: string, { offset, value }: Entry, at: string): Map<string, string> {
    const owners = new Map<string, string>();
    for (const entry of this.#entries(value, [domain, META_KEY, OWNERS_KEY], `${at}: owners`, offset)) {
      const sealed = this.#text(entry, `${at}: owner "${displayName(entry.key)}"`, "owner_key_not_sealed");
      if (sealed !== undefined) owners.set(entry.key, sealed);
    }
    return owners;
  }

  #custodians(node: Node | null, offset: number): Map<string, string> {
    const custodians = new Map<string, string>();
    for (const custodian of this.#entries(node, [CUSTODIANS_KEY], CUSTODIANS_KEY, offset)) {
      const at = `custodian "${displayName(custodian.key)}"`;
      const path = [CUSTODIANS_KEY, custodian.key];
      let pwdkm: string | undefined;
      for (const part of this.#entries(custodian.value, path, at, custodian.offset)) {
        if (part.key === PWDKM_KEY) pwdkm = this.#text(part, `${at}: ${PWDKM_KEY}`);
        else this.report("unknown_key", part.offset, `${at}: unknown key "${displayName(part.key)}"`);
      }
      if (pwdkm !== undefined) custodians.set(custodian.key, pwdkm);
      else if (isMap(custodian.value) && custodian.value.items.length === 0) {
        this.report("missing_key", custodian.offset, `${at}: missing ${PWDKM_KEY}`);
      }
    }
    return custodians;
  }

  #auditLog(node: Node | null, offset: number): string[] {
    if (!this.#plainNode(node, AUDIT_LOG_KEY)) return [];
    if (!isSeq(node)) {
      this.report("wrong_type", offset, `${AUDIT_LOG_KEY} is not a list`);
      return [];
    }
    return node.items.flatMap((item) => {
      const text = this.#scalarText(item as Node | null, offset, `${AUDIT_LOG_KEY}: an entry`);
      return text === undefined ? [] : [text];
    });
  }

  /** The entries of a mapping. Records their lines; reports duplicate keys, and anything that is not a mapping. */
  #entries(node: Node | null, path: EntryPath, what: string, offset = 0): Entry[] {
    if (!this.#plainNode(node, what)) return [];
    if (!isMap(node)) {
      this.report("wrong_type", node?.range?.[0] ?? offset, `${what} is ${kindOf(node)}, not a mapping`);
      return [];
    }
    const entries: Entry[] = [];
    const seen = new Map<string, number>();
    for (const pair of node.items) {
      const keyNode = pair.key as Node | null;
      const keyOffset = keyNode?.range?.[0] ?? node.range?.[0] ?? offset;
      const key = this.#scalarText(keyNode, keyOffset, `${what}: a key`);
      if (key === undefined) continue;
      const line = this.#lineAt(keyOffset);
      const first = seen.get(key);
      if (first !== undefined) {
        this.report(
          "duplicate_key",
          keyOffset,
          `${what}: duplicate key "${displayName(key)}" (first defined on line ${first})`,
        );
        continue;
      }
      seen.set(key, line);
      this.#lines.set(pathKey([...path, key]), line);
      entries.push({ key, offset: keyOffset, value: pair.value as Node | null });
    }
    return entries;
  }

  #text({ value, offset }: Entry, what: string, notText?: ProblemCode): string | undefined {
    return this.#scalarText(value, offset, what, notText);
  }

  /** @param notText the code of the problem when it is anything but text */
  #scalarText(
    node: Node | null,
    offset: number,
    what: string,
    notText: ProblemCode = "wrong_type",
  ): string | undefined {
    if (!this.#plainNode(node, what)) return undefined;
    if (!isScalar(node)) {
      this.report(notText, node?.range?.[0] ?? offset, `${what} is not text`);
      return undefined;
    }
    const text = String(node.value);
    if (text === "<<" && node.type === "PLAIN") {
      this.report("yaml_feature", node.range?.[0] ?? offset, `${what}: YAML merge keys are not allowed`);
      return undefined;
    }
    if (node.type === "PLAIN" && !plainIsString(text)) {
      this.report(
        notText,
        node.range?.[0] ?? offset,
        `${what} is a number, date, boolean or null, not text; quote it`,
      );
      return undefined;
    }
    return text;
  }

  /** Refuses the features of YAML other than mappings, lists and text. */
  #plainNode(node: Node | null, what: string): boolean {
    if (!node) return true;
    const offset = node.range?.[0] ?? 0;
    if (isAlias(node)) {
      this.report("yaml_feature", offset, `${what}: YAML aliases are not allowed`);
      return false;
    }
    if ("anchor" in node && node.anchor) {
      this.report("yaml_feature", offset, `${what}: YAML anchors are not allowed`);
      return false;
    }
    if (node.tag !== undefined) {
      this.report("yaml_feature", offset, `${what}: YAML tags are not allowed`);
      return false;
    }
    return true;
  }
}

function kindOf(node: Node | null): string {
  if (!node) return "empty";
  return isSeq(node) ? "a list" : "text";
}

function pathKey(path: EntryPath): string {
  return JSON.stringify(path);
}
