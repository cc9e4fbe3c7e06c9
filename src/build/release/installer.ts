const PLACE = "RELEASE_URL=''";

/**
 * The installer of a release, with that release's URL as the default.
 *
 * @param script install.sh from the source, which has no default URL
 * @param repository the repository's URL; without it the script is unchanged, and users must set PPROTECT_BASE_URL
 */
export function installer(script: string, repository: string | undefined, version: string): string {
  if (!script.includes(`\n${PLACE}\n`)) throw new Error(`install.sh has no line ${PLACE}`);
  if (repository === undefined) return script;
  if (!/^https:\/\/[\w./-]+$/.test(repository)) throw new Error(`not a repository's URL: ${repository}`);
  return script.replace(PLACE, `RELEASE_URL='${repository}/releases/download/v${version}'`);
}
