import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { version } from "../../../package.json" with { type: "json" };
import { localChanges, sourceCommit } from "../source-commit.ts";
import { LEVELS } from "./archive.ts";
import { releaseNotes } from "./notes.ts";
import { platformsNamed } from "./platforms.ts";
import { release } from "./release.ts";

const { SOURCE_DATE_EPOCH, GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env;

/** Builds from any work tree, without notes: for a trial. */
const SNAPSHOT = "--snapshot";

try {
  const args = process.argv.slice(2);
  const platforms = platformsNamed(args.filter((arg) => arg !== SNAPSHOT));
  const isTrial = args.includes(SNAPSHOT);
  if (!isTrial) await prepare();
  await release({
    directory: "dist/release",
    cache: "dist/registry",
    platforms,
    epoch: Number(SOURCE_DATE_EPOCH ?? (await Bun.$`git log -1 --format=%ct`.text())),
    commit: await sourceCommit(),
    level: isTrial ? LEVELS.trial : LEVELS.release,
    repository: GITHUB_REPOSITORY && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`,
  });
} catch (error) {
  console.error(`release: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

/** Checks that this is what will be published, and writes its notes. @throws Error */
async function prepare(): Promise<void> {
  const changes = await localChanges();
  if (changes !== "") throw new Error(`the work tree has changes that are not committed:\n${changes}`);
  const notes = releaseNotes(readFileSync("CHANGELOG.md", "utf8"), version);
  mkdirSync("dist/notes", { recursive: true });
  writeFileSync("dist/notes/notes.md", notes);
}
