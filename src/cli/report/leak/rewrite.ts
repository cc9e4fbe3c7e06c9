import { shellWord } from "../../../common/shell-quote.ts";
import type { Reach } from "../../../git/leak/reach.ts";
import type { Rewriting } from "../../../git/leak/rewriting.ts";

/** What is needed for the history to be rewritten. */
export interface RewriteTools extends Reach {
  /** What is known of git-filter-repo here. */
  readonly tool: "current" | "old" | "missing";
  /** The top of the repository, absolute. */
  readonly root: string;
  readonly isBare: boolean;
  /** The store's path from there. */
  readonly store: string;
  /** What to replace; nothing where no files were to be written. */
  readonly rewriting: (Rewriting & { readonly files: RewriteFiles }) | undefined;
}

/** The files for git-filter-repo. */
export interface RewriteFiles {
  /** The private directory that has them, and nothing else. */
  readonly directory: string;
  readonly expressions: string;
  /** For names of files, where one has a secret. */
  readonly names: string | undefined;
  /** Ids of binary blobs, where one has a secret. */
  readonly blobs: string | undefined;
}

/** The commands that rewrite the history: of each remote in a new clone, or here where nothing was pushed. */
export function rewriteCommands(tools: RewriteTools): readonly string[] {
  const { root, remotes, rewriting } = tools;
  return [
    `cd ${shellWord(root)}`,
    ...(remotes.length > 0 ? remotes.flatMap((remote) => ofRemote(tools, remote)) : inPlace(tools)),
    ...(rewriting === undefined ? [] : [`rm -r ${shellWord(rewriting.files.directory)}`]),
  ];
}

function ofRemote(tools: RewriteTools, remote: string): readonly string[] {
  const name = tools.root.split("/").at(-1) ?? "";
  const clone = shellWord(`../${name}-rewrite`);
  return [
    // git-filter-repo takes a clone that shares its objects with another for one that is in use.
    `git clone --mirror --no-local "$(git remote get-url ${shellWord(remote)})" ${clone}`,
    `cd ${clone}`,
    filterRepo(tools, []),
    "git push --force --mirror origin",
    `cd ${shellWord(tools.root)}`,
    `rm -rf ${clone}`,
  ];
}

function inPlace(tools: RewriteTools): readonly string[] {
  const { isBare, hasRemote, refs, remoteRefs } = tools;
  // Of what was pushed, nothing has to change, not even a signature.
  const range = hasRemote
    ? ["--no-fetch", "--refs", ...refs.map(shellWord), ...remoteRefs.map((ref) => shellWord(`^${ref}`))]
    : [];
  const command = filterRepo(tools, ["--force", ...range]);
  return [isBare ? command : `git diff --quiet HEAD && ${command}`];
}

function filterRepo({ rewriting }: RewriteTools, options: readonly string[]): string {
  const { expressions, names, blobs } = rewriting?.files ?? {
    expressions: "FILE",
    names: undefined,
    blobs: undefined,
  };
  return [
    "git filter-repo --sensitive-data-removal",
    ...options,
    `--replace-text ${shellWord(expressions)}`,
    `--replace-message ${shellWord(expressions)}`,
    ...(names === undefined ? [] : [`--paths-from-file ${shellWord(names)}`]),
    ...(blobs === undefined ? [] : [`--strip-blobs-with-ids ${shellWord(blobs)}`]),
  ].join(" ");
}
