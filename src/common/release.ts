import { version } from "../../package.json" with { type: "json" };

/** This program's version. */
export const VERSION: string = version;

/**
 * Whether something is new in a release: since a version with the same major and minor number.
 *
 * @param since a version, such as 0.2.0
 */
export function isNewIn(since: string, release = VERSION): boolean {
  return minorOf(since) === minorOf(release);
}

function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
