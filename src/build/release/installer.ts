const PLACE = "RELEASE_URL=''";

/**
 * The installer of one release: it fetches that release and no other.
 * @param script install.sh as it is in the source, where it knows of no release
 * @param repository left out, it stays so: its user has to name the place
 */
export function installer(script: string, repository: string | undefined, version: string): string {
  if (!script.includes(`\n${PLACE}\n`)) throw new Error(`install.sh has no line ${PLACE}`);
  if (repository === undefined) return script;
  if (!/^https:\/\/[\w./-]+$/.test(repository)) throw new Error(`not a repository's URL: ${repository}`);
  return script.replace(PLACE, `RELEASE_URL='${repository}/releases/download/v${version}'`);
}
