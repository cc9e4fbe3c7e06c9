import { spawnGit } from "../process/stream.ts";

/** Three files to merge line by line; the first takes the result. */
interface TextMergeInput {
  readonly ours: string;
  readonly base: string;
  readonly theirs: string;
  readonly markerSize: number;
}

/** git-merge-file(1): the exit status is the number of conflicts, at most 127; 128 and above are errors. */
const MAX_CONFLICTS = 127;

/**
 * What git itself would do with the file: a merge by line, with conflict markers, into our version.
 *
 * @returns git's first line of why it failed, such as a binary file, with our version unchanged; else `undefined`
 */
export async function textMerge({
  ours,
  base,
  theirs,
  markerSize,
}: TextMergeInput): Promise<string | undefined> {
  const labels = ["ours", "base", "theirs"].flatMap((label) => ["-L", label]);
  const git = spawnGit(
    ".",
    ["merge-file", `--marker-size=${markerSize}`, ...labels, "--", ours, base, theirs],
    Buffer.from(""),
    "pipe",
  );
  const [status, output] = await Promise.all([git.exited, new Response(git.stderr).text()]);
  if (status <= MAX_CONFLICTS) return undefined;
  return (
    output
      .trim()
      .split("\n")[0]
      ?.replace(/^(?:error|fatal): /, "") || `exit status ${status}`
  );
}
