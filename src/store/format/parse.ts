import { decodeUtf8 } from "../../common/utf8.ts";
import { EMPTY_STORE, type StoreData } from "../store-data.ts";
import { readCanonical } from "./canonical-reader.ts";
import { InvalidStoreError, type Problem, type ProblemCode, UnresolvedMergeError } from "./problem.ts";
import { validateEntries } from "./validation.ts";

/** A line that git writes around what it could not merge; the markers are 7 characters unless told otherwise. */
const CONFLICT_MARKER = /^(?:<{7,}|>{7,}|\|{7,})(?: |$)/m;

/**
 * Reads a store from the bytes of its file. There is one reading of a text: a canonical one takes the short
 * way, every other one goes through a YAML parser; each entry is validated.
 *
 * @param file its name, for messages
 * @throws InvalidStoreError with each problem and its line
 * @throws UnresolvedMergeError where git left conflict markers
 */
export function parseStore(bytes: Uint8Array, file: string): StoreData {
  const text = decodeUtf8(bytes);
  const canonical = text === undefined ? undefined : readCanonical(text);
  if (canonical && validateEntries(canonical).length === 0) return canonical;

  if (text !== undefined) {
    const marker = CONFLICT_MARKER.exec(text);
    if (marker) throw new UnresolvedMergeError(file, lineAt(text, marker.index));
  }
  const { store, problems } = inspect(bytes, text);
  if (problems.length > 0) throw new InvalidStoreError(file, problems);
  return store;
}

function inspect(bytes: Uint8Array, text: string | undefined): { store: StoreData; problems: Problem[] } {
  const unreadable = (code: ProblemCode, line: number, message: string) => ({
    store: EMPTY_STORE,
    problems: [{ code, line, message }],
  });
  if (text === undefined) return unreadable("not_utf8", brokenUtf8Line(bytes), "not UTF-8");
  const nul = text.indexOf("\0");
  if (nul !== -1) return unreadable("binary", lineAt(text, nul), "holds a NUL byte: is it a binary file?");
  if (text.trim() === "") return unreadable("empty", 1, "is empty: `pprotect init` makes a store");
  // Loaded only here: a canonical store never needs the YAML parser.
  const { readStrict } = require("./strict-reader.ts") as typeof import("./strict-reader.ts");
  const { store, problems, lineOf } = readStrict(text);
  // What is missing altogether is already among the problems of structure.
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
