import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBUSY: "it is in use, or mounted as a file of its own",
  EDQUOT: "the disk quota is used up",
  EFBIG: "it would be larger than files may be here",
  EIO: "the disk failed",
  EISDIR: "it is a folder",
  ELOOP: "its symbolic links go round in a circle",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "no such file or folder",
  ENOSPC: "no space left on the disk",
  ENOTDIR: "a part of the path is no folder",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
};

/**
 * What the system said of a file, as an error for the user.
 *
 * @param doing what failed, such as "read" or "write"
 */
export function fileError(doing: string, file: string, cause: unknown, fix?: string): PprotectError {
  const code = errnoOf(cause);
  const reason = REASONS[code] ?? (code === "" ? "an unknown error" : code);
  return new PprotectError("file_error", `cannot ${doing} ${escapeUnprintable(file)}: ${reason}`, fix, {
    cause,
  });
}

/** The system's error name, such as `ENOENT`, or nothing. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
