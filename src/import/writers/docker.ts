import type { Entry } from "../entry.ts";
import { checkNoNul, unrepresentable } from "./unrepresentable.ts";

/** Bytes of a line that docker's scanner reads (Go's bufio.MaxScanTokenSize): longer ones are an error. */
const MAX_LINE_BYTES = 64 * 1024 - 1;

/**
 * A file for `docker run --env-file`, also read by podman: a line is a name, `=` and all the rest, in which nothing
 * has a meaning (docker/cli, opts/file.go).
 *
 * @throws PprotectError `unrepresentable` for a line end in a value, and for a line that is too long
 */
export function writeDocker(entries: readonly Entry[]): string {
  return entries
    .map(({ name, value }) => {
      checkNoNul("docker", name, value);
      if (/\s/.test(name) || name.startsWith("#") || name.includes("=") || name === "") {
        throw unrepresentable("docker", name, "is not a valid variable name", "use --format json");
      }
      if (value.includes("\n") || value.endsWith("\r")) {
        throw unrepresentable("docker", name, "has a line end", "use --format json, or mount it as a file");
      }
      const line = `${name}=${value}`;
      if (Buffer.byteLength(line) > MAX_LINE_BYTES) {
        throw unrepresentable("docker", name, "is longer than 64 KiB", "mount it as a file");
      }
      return `${line}\n`;
    })
    .join("");
}
