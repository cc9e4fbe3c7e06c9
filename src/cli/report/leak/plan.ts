import { shellWord } from "../../../common/shell-quote.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import type { LeakPlace } from "../../../git/leak/search.ts";
import { wrap } from "../help/layout.ts";
import { type RewriteTools, rewriteCommands } from "./rewrite.ts";
import { foundSecrets, type LeakSubject, type LeakView } from "./subject.ts";

/** One step of an incident: what to do, and the commands for it. */
export interface Step {
  readonly title: string;
  readonly text: string;
  readonly commands: readonly string[];
}

/** What to do, in the order in which it helps: a value that was changed is harmless wherever it is. */
export function leakPlan(view: LeakView, tools: RewriteTools): readonly Step[] {
  const found = foundSecrets(view);
  const current = found.filter(({ isCurrent, domain }) => isCurrent && domain !== undefined);
  const { leaks } = view.report;
  const inHistory = needsRewrite(view);
  const inside = new Set(leaks.flatMap(({ place }) => place.repository ?? []));
  const isPushed = tools.remotes.length > 0;
  return [
    change(current, found, tools),
    ...(current.length > 0 ? [takeBack(current)] : []),
    {
      title: "Find out who saw it, and whether it was used",
      text: isPushed
        ? "It was pushed: everyone who can read the repository, its forks and the logs of its CI may have it. Look at the logs of the service that the secret is for, from the day of the first commit on."
        : "It is in no remote branch that this clone knows. Copies of this directory, backups and other clones may have it.",
      commands: [
        "pprotect audit",
        ...current.map((each) => `pprotect access --secret ${shellWord(path(each))}`),
      ],
    },
    ...inFiles(view),
    ...(inHistory ? [rewrite(tools)] : []),
    ...(inHistory && isPushed ? [host(), colleagues(tools)] : []),
    ...(inside.size > 0 ? [others([...inside])] : []),
    check(found, inHistory, tools),
  ];
}

/** Whether the plan rewrites the history of this repository. */
export function needsRewrite({ report: { leaks } }: LeakView): boolean {
  return leaks.some(({ place }) => place.repository === undefined && isInHistory(place));
}

/** Whether a ref has it, as far as is known: what only a reflog has goes with that. */
function isInHistory(place: LeakPlace): boolean {
  return place.kind === "commit" ? place.refs.length > 0 : place.kind === "tag" || place.kind === "file name";
}

function change(current: readonly LeakSubject[], found: readonly LeakSubject[], tools: RewriteTools): Step {
  if (current.length === 0) {
    const isKnown = found.some(({ domain }) => domain !== undefined);
    return {
      title: "Change the value where it is used",
      text: isKnown
        ? "The store has other values by now. Make sure that the old ones do not work any more."
        : "The value was not read from the store: change it in the service that it is for.",
      commands: [],
    };
  }
  return {
    title: "Change the values first",
    text: "Create a new value in the service that uses it, put it into the store, and make the old one invalid. Everything after this step is cleaning up.",
    commands: [
      `cd ${shellWord(tools.root)}`,
      ...current.map(
        ({ domain = "", secret = "" }) =>
          `pprotect rotate ${shellWord(`${domain}/${secret}`)} --value-file -`,
      ),
      `git commit -m "Change leaked values" -- ${shellWord(tools.store)}`,
      ...(tools.remotes.length > 0 ? ["git push"] : []),
    ],
  };
}

function takeBack(current: readonly LeakSubject[]): Step {
  return {
    title: "Take back what was handed out",
    text: "Ends leases and programs that have the old values, and removes files with them on this machine.",
    commands: [...new Set(current.map(({ domain = "" }) => `pprotect revoke --domain ${shellWord(domain)}`))],
  };
}

/** Files in which git keeps the text of a message for the next command. */
const MESSAGE_FILE = /(?:^|\/)[A-Z_]*(?:MSG|MSG_EDIT)$/;

function inFiles({ report: { leaks } }: LeakView): readonly Step[] {
  const places = leaks.map(({ place }) => place);
  const files = places.flatMap((place) => (place.kind === "file" ? [place] : []));
  if (files.length === 0 && !places.some(({ kind }) => kind === "index")) return [];
  const messages = files.filter(({ state, path }) => state === "internal" && MESSAGE_FILE.test(path));
  return [
    {
      title: "Remove it from files",
      text: "Remove the value from the files that are named above, and from what is staged (`git add` the changed file). In git's own directory, the reflog (`logs/`) is emptied by the last step; the configuration and the names of branches and tags have to be changed.",
      commands: [...new Set(messages.map(({ root, path }) => `rm -f ${shellWord(`${root}/${path}`)}`))],
    },
  ];
}

function rewrite(tools: RewriteTools): Step {
  const { tool, remotes, rewriting } = tools;
  const missing = {
    current: "",
    old: " The git-filter-repo that is installed is too old for --sensitive-data-removal, which 2.47 has: install a later one first.",
    missing: " git-filter-repo is not installed: install 2.47 or later first.",
  }[tool];
  const binary =
    rewriting !== undefined && rewriting.blobs.length > 0
      ? " Binary files that have it, whose text cannot be replaced, are removed."
      : "";
  const headers = rewriting?.inHeaders
    ? " The name of an author, a committer or a tag has it too: give git-filter-repo a --mailmap, or rename the tag."
    : "";
  const where =
    remotes.length > 0
      ? "This is done in a new clone, since git-filter-repo discards what is not pushed."
      : "Changes that are not committed, and stashes, would be lost: commit or apply them first.";
  const files =
    rewriting === undefined
      ? "`pprotect leak --plan` writes FILE, and may need more options."
      : "The files for git-filter-repo contain the value. Only you can read them, and they are kept in memory if the system can do that.";
  return {
    title: "Remove it from the history",
    text: `The first commit with the value, and every commit after it, gets a new id, so agree with everyone who works on the repository first. ${where}${missing}${binary}${headers} ${files}`,
    commands: rewriteCommands(tools),
  };
}

function host(): Step {
  return {
    title: "Remove it from the host",
    text: "After the push, the host still has the old commits: pull requests and merge requests keep refs to them, which the push could not change, caches show them by their id, forks and CI logs have copies. Ask the host's support to remove them, and delete the logs and artifacts.",
    commands: [],
  };
}

function colleagues({ root }: RewriteTools): Step {
  return {
    title: "Replace every clone, this one too",
    text: "An old clone brings the old commits back with its next push. Everyone saves unfinished work as patches, looks through them for the value, clones again, and deletes the old clone with its stashes.",
    commands: [
      `cd ${shellWord(root)}`,
      "git format-patch --output-directory=../patches HEAD --not --remotes",
    ],
  };
}

function others(names: readonly string[]): Step {
  return {
    title: "Do the same in the repositories inside this one",
    text: "Each has a history and remotes of its own. Delete the repository of a submodule that is not used any more.",
    commands: names.map((name) => `(cd ${shellWord(`./${name}`)} && pprotect leak --value-file - --plan)`),
  };
}

function check(
  found: readonly LeakSubject[],
  inHistory: boolean,
  { root, remotes: [remote] }: RewriteTools,
): Step {
  const inNewClone = inHistory && remote !== undefined;
  const name = root.split("/").at(-1) ?? "";
  const [first] = found;
  const what =
    first?.domain === undefined ? ["--value-file", "-"] : found.length === 1 ? [shellWord(path(first))] : [];
  return {
    title: "Check that nothing is left",
    text: inNewClone
      ? "Exits with 0 only when nothing is found."
      : "Exits with 0 only when nothing is found. The first command removes the objects that no commit reaches.",
    commands: [
      ...(inNewClone
        ? [
            `git clone --no-local "$(git remote get-url ${shellWord(remote)})" ${shellWord(`../${name}-new`)}`,
            `cd ${shellWord(`../${name}-new`)}`,
          ]
        : ["git reflog expire --expire=now --all && git gc --quiet --prune=now"]),
      ["pprotect leak --verify", ...what].join(" "),
    ],
  };
}

function path({ domain = "", secret = "" }: LeakSubject): string {
  return `${domain}/${secret}`;
}

/** Columns of the runbook's text. */
const WIDTH = 80;
const INDENT = "   ";

/** The runbook as numbered steps. */
export function planText(steps: readonly Step[]): string {
  return steps
    .map(({ title, text, commands }, index) => {
      // Not cut, as a name would be: they are copied.
      const lines = commands.map((command) => `${INDENT}$ ${escapeUnprintable(command)}\n`).join("");
      const paragraph = wrap(text, WIDTH - INDENT.length).map((line) => `${INDENT}${line}\n`);
      return `${index + 1}. ${title}\n${paragraph.join("")}${lines}`;
    })
    .join("\n");
}
