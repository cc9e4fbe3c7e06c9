import { PprotectError } from "../common/errors.ts";

/**
 * Without one the runtime takes relative paths from the directory of the binary.
 * @throws PprotectError `file_error` when the current directory was removed
 */
export function requireCurrentDirectory(): void {
  try {
    process.cwd();
  } catch (error) {
    throw new PprotectError(
      "file_error",
      "the current directory no longer exists",
      "change to one that exists",
      { cause: error },
    );
  }
}
