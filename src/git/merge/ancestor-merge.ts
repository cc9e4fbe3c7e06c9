import { PprotectError } from "../../common/errors.ts";
import { openAnyRepository } from "../process/repository.ts";

/** gitattributes(5), `conflict-marker-size`. */
const DEFAULT_MARKER_SIZE = 7;
/** What git adds to the size of conflict markers for each level of ancestors that it merges (merge-ort.c). */
const PER_LEVEL = 2;
/** What `git check-attr` prints for an attribute that has no value: git takes its default then. */
const NO_VALUE = new Set(["unspecified", "set", "unset"]);
/** git takes the digits at the start of any other value (atoi(3)), which we do not copy. */
const PLAIN_SIZE = /^[1-9]\d{0,8}$/;

/**
 * Whether git calls the merge driver to merge two common ancestors of a criss-cross merge. git does not say so, but it
 * asks for longer conflict markers then.
 *
 * Where the usual size is not known, the answer is no: then an ancestor in conflict gets markers, which cannot be read, and
 * the merge of the branches has more conflicts. A wrong yes would hide conflicts from the user.
 *
 * @param path of the store in the repository
 * @param markerSize git's %L
 */
export async function mergesAncestors(path: string, markerSize: number): Promise<boolean> {
  // Most merges ask for the usual size: then git is not started.
  if (markerSize <= DEFAULT_MARKER_SIZE) return false;
  const configured = await configuredSize(path);
  return configured !== undefined && markerSize >= configured + PER_LEVEL;
}

/** The size of conflict markers in a merge of two branches. @returns `undefined` when it cannot be known */
async function configuredSize(path: string): Promise<number | undefined> {
  if (hasOtherAttributes(process.env)) return undefined;
  try {
    const repository = await openAnyRepository(".");
    const answer = await repository.tryRun("check-attr", "-z", "conflict-marker-size", "--", path);
    const value = answer?.split("\0")[2];
    if (value === undefined) return undefined;
    if (NO_VALUE.has(value)) return DEFAULT_MARKER_SIZE;
    return PLAIN_SIZE.test(value) ? Number(value) : undefined;
  } catch (error) {
    if (error instanceof PprotectError) return undefined;
    throw error;
  }
}

/** Settings of one command, as `git -c` passes them on, that choose where attributes come from. */
const CHOOSES_ATTRIBUTES = /\b(?:core\.attributesfile|attr\.tree)\b/i;

/** Whether git was started with other attributes than it reads for us: we pass none of these variables on. */
function hasOtherAttributes(environment: Readonly<Record<string, string | undefined>>): boolean {
  return Object.entries(environment).some(
    ([name, value = ""]) =>
      name === "GIT_ATTR_SOURCE" ||
      (/^GIT_CONFIG_(?:PARAMETERS|KEY_\d+)$/.test(name) && CHOOSES_ATTRIBUTES.test(value)),
  );
}
