import { platformsNamed } from "./platforms.ts";
import { release } from "./release.ts";

const { SOURCE_DATE_EPOCH, GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env;

try {
  await release({
    directory: "dist/release",
    cache: "dist/registry",
    platforms: platformsNamed(process.argv.slice(2)),
    epoch: Number(SOURCE_DATE_EPOCH ?? (await Bun.$`git log -1 --format=%ct`.text())),
    repository: GITHUB_REPOSITORY && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`,
  });
} catch (error) {
  console.error(`release: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
