/**
 * What the changelog says about a version.
 *
 * @param changelog CHANGELOG.md, with a heading `## VERSION` for each version
 * @throws Error when there is no such heading, or nothing below it
 */
export function releaseNotes(changelog: string, version: string): string {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((each) => each.split("\n", 1)[0]?.trim() === version);
  const notes = section?.slice(section.indexOf("\n") + 1).trim();
  if (!notes) throw new Error(`CHANGELOG.md has no notes below a heading "## ${version}"`);
  return `${notes}\n`;
}
