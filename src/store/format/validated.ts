import { encodeUtf8 } from "../../common/utf8.ts";
import type { StoreData } from "../store-data.ts";
import { parseStore } from "./parse.ts";
import { InvalidStoreError } from "./problem.ts";
import { validateEntries } from "./validation.ts";
import { writeStore } from "./yaml-writer.ts";

/** The name of a store that is not in a file, for messages. */
const NAME = "store";

/**
 * Validates data that was not read from a file: each entry, and that its text reads back, which that of a domain named
 * like one of the file's own keys does not.
 *
 * @returns the data as read back
 * @throws InvalidStoreError
 */
export function validated(data: StoreData): StoreData {
  // First: an invalid entry, such as one with a line end in it, can give a text that reads as other data.
  const problems = validateEntries(data).map(({ code, message }) => ({ code, message, line: 0 }));
  if (problems.length > 0) throw new InvalidStoreError(NAME, problems);
  return parseStore(encodeUtf8(writeStore(data)), NAME);
}
