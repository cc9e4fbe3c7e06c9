import { decodeUtf8 } from "../../common/utf8.ts";
import { EMPTY_STORE, type StoreData } from "../store-data.ts";
import { readCanonical } from "./canonical-reader.ts";
import type { KnownVersion } from "./known-version.ts";
import { LONE_RETURN, loneReturnIn } from "./lone-return.ts";
import { InvalidStoreError, type Problem, type ProblemCode, UnresolvedMergeError } from "./problem.ts";
import { validateEntries } from "./validation.ts";

/** A conflict marker of git, which has 7 characters or more (the attribute conflict-marker-size). */
const CONFLICT_MARKER = /^(?:<{7,}|>{7,}|\|{7,})(?: |$)/m;

/** What is known before a store is read. */
export interface ReadWith {
  /** The version of the store that was read before; replaced by this one. Only for a store that is read as bytes. */
  readonly known?: KnownVersion | undefined;
  /** As of {@link readCanonical}. */
  readonly like?: StoreData | undefined;
}

/**
 * Parses and validates a store. A canonical file takes a fast path; any other is parsed as YAML. Both give the same
 * result.
 *
 * @param content the content of the file, as bytes or as their text
 * @param file the file's name, for messages
 * @param readWith what is known of other versions of the store, to read several of them faster
 * @throws InvalidStoreError with every problem and its line
 * @throws UnresolvedMergeError when the file has conflict markers of git
 */
export function parseStore(content: Uint8Array | string, file: string, readWith: ReadWith = {}): StoreData {
  const { known, like } = readWith;
  const continued = typeof content === "string" ? undefined : known?.read(content);
  if (continued) return continued;
  const text = typeof content === "string" ? content : decodeUtf8(content);
  const canonical = text === undefined ? undefined : readCanonical(text, like);
  if (canonical && validateEntries(canonical).length === 0) return canonical;

  if (text !== undefined) {
    const marker = CONFLICT_MARKER.exec(text);
    if (marker) throw new UnresolvedMergeError(file, lineAt(text, marker.index));
  }
  const { store, problems } = inspect(content, text);
  if (problems.length > 0) throw new InvalidStoreError(file, problems);
  return store;
}

function inspect(
  content: Uint8Array | string,
  text: string | undefined,
): { store: StoreData; problems: Problem[] } {
  const unreadable = (code: ProblemCode, line: number, message: string) => ({
    store: EMPTY_STORE,
    problems: [{ code, line, message }],
  });
  if (text === undefined) return unreadable("not_utf8", brokenUtf8Line(content as Uint8Array), "not UTF-8");
  const nul = text.indexOf("\0");
  if (nul !== -1)
    return unreadable("binary", lineAt(text, nul), "contains a NUL byte; is this a binary file?");
  if (text.trim() === "") return unreadable("empty", 1, "is empty");
  const loneReturn = loneReturnIn(text);
  if (loneReturn !== undefined) return unreadable("yaml_feature", lineAt(text, loneReturn), LONE_RETURN);
  // Loaded on demand: a canonical store does not need the YAML parser.
  const { readStrict } = require("./strict-reader.ts") as typeof import("./strict-reader.ts");
  const { store, problems, lineOf } = readStrict(text);
  // A missing entry has no line; the reader has reported it already.
  const entryProblems = validateEntries(store).flatMap(({ path, code, message }) => {
    const line = lineOf(path);
    return line === undefined ? [] : [{ code, line, message }];
  });
  return { store, problems: [...problems, ...entryProblems].sort((a, b) => a.line - b.line) };
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < index; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

function brokenUtf8Line(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    if (decodeUtf8(bytes.subarray(start, end)) === undefined) return line;
    start = end + 1;
    line++;
  }
  return line;
}
