import { openRepository } from "../process/repository.ts";

/** Three files to merge by line; the first takes the result. */
interface TextMergeInput {
  readonly ours: string;
  readonly base: string;
  readonly theirs: string;
  readonly markerSize: number;
}

/** What git itself would do with the file: a merge by line, with markers, into our version. */
export async function textMerge({ ours, base, theirs, markerSize }: TextMergeInput): Promise<void> {
  const repository = await openRepository(".");
  // Exits with the number of conflicts: no failure.
  await repository.tryRun(
    "merge-file",
    `--marker-size=${markerSize}`,
    "-L",
    "ours",
    "-L",
    "base",
    "-L",
    "theirs",
    ours,
    base,
    theirs,
  );
}
