import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";

/** The {@link errnoOf} of what is not a regular file; not one of the system's. */
export const NOT_A_FILE = "NOT_A_FILE";

/** The words of strerror(3) on Linux, in lower case: users can search for them. */
const REASONS: Readonly<Record<string, string>> = {
  E2BIG: "argument list too long",
  EACCES: "permission denied",
  EBUSY: "device or resource busy",
  EDQUOT: "disk quota exceeded",
  EEXIST: "file exists",
  EFBIG: "file too large",
  EINVAL: "invalid argument",
  EIO: "input/output error",
  EISDIR: "is a directory",
  ELOOP: "too many levels of symbolic links",
  EMFILE: "too many open files",
  ENAMETOOLONG: "file name too long",
  ENFILE: "too many open files in system",
  ENOENT: "no such file or directory",
  ENOEXEC: "exec format error",
  ENOMEM: "cannot allocate memory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENXIO: "no such device or address",
  EPERM: "operation not permitted",
  EROFS: "read-only file system",
  ETXTBSY: "text file busy",
  [NOT_A_FILE]: "is not a regular file",
};

/**
 * A system error as an error for the user: `cannot write FILE: no space left on device`.
 *
 * @param doing what failed, such as "read" or "write"
 * @param file the file's path or name; printed with its control characters escaped
 * @param cause the error that the system call threw
 * @param options.effect what the failure left behind, such as "nothing was changed"; ends the message
 * @param options.fix what to do
 */
export function fileError(
  doing: string,
  file: string,
  cause: unknown,
  { effect, fix }: { readonly effect?: string; readonly fix?: string } = {},
): PprotectError {
  const reason = reasonOf(errnoOf(cause));
  const after = effect === undefined ? "" : `; ${effect}`;
  return new PprotectError(
    "file_error",
    `cannot ${doing} ${file === "" ? '""' : escapeUnprintable(file)}: ${reason}${after}`,
    fix,
    {
      cause,
    },
  );
}

/** The words for the system's name of an error, such as `ENOENT`. */
export function reasonOf(code: string): string {
  return REASONS[code] ?? (code === "" ? "unknown error" : code);
}

/** The system's name of an error, such as `ENOENT`; empty for errors that are not from the system. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
