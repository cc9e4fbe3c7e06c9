import { shellWord } from "../../../common/shell-quote.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { foundSecrets, isPushed, type LeakSubject, type LeakView } from "./subject.ts";

/** One step of an incident: what to do, and the commands for it. */
export interface Step {
  readonly title: string;
  readonly text: string;
  readonly commands: readonly string[];
}

/** What is needed for the history to be rewritten. */
export interface Rewriting {
  /** The file with the expressions; nothing where there was no value to write. */
  readonly expressions: string | undefined;
  /** What is known of git-filter-repo here. */
  readonly tool: "current" | "old" | "missing";
}

/** What to do, in the order in which it helps: a value that was changed is harmless wherever it is. */
export function leakPlan(view: LeakView, { expressions, tool }: Rewriting): readonly Step[] {
  const found = foundSecrets(view);
  const current = found.filter(({ isCurrent, domain }) => isCurrent && domain !== undefined);
  const commits = view.report.leaks.flatMap(({ place }) => (place.kind === "commit" ? [place] : []));
  const pushed = commits.some(({ refs }) => isPushed(refs));
  return [
    change(current, found),
    {
      title: "Take back what was handed out",
      text: "Ends leases and programs that have the old values, and removes files with them on this machine.",
      commands: [
        ...new Set(current.map(({ domain = "" }) => `pprotect revoke --domain ${shellWord(domain)}`)),
      ],
    },
    {
      title: "Find out who saw it, and whether it was used",
      text: pushed
        ? "It was pushed: everyone who can read the repository, its forks and the logs of its CI may have it. Look at the logs of the service that the secret is for, from the day of the first commit on."
        : "It is in no remote branch that this clone knows. Copies of this directory, backups and other clones may have it.",
      commands: [
        "pprotect audit",
        ...current.map((each) => `pprotect access --secret ${shellWord(path(each))}`),
      ],
    },
    ...(commits.length > 0 ? [rewrite(expressions, tool)] : []),
    ...(pushed ? [host(), colleagues()] : []),
    {
      title: "Check that nothing is left",
      text: "Exits with 0 only when nothing is found. Objects that no commit reaches go with the last command.",
      commands: [
        "git reflog expire --expire=now --all && git gc --prune=now",
        [
          "pprotect leak --verify",
          ...(found.length === 1 && found[0]?.domain !== undefined ? [shellWord(path(found[0]))] : []),
        ].join(" "),
      ],
    },
  ];
}

function change(current: readonly LeakSubject[], found: readonly LeakSubject[]): Step {
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
    text: "Make a new value in the service that it is for, put it into the store, and make the old one invalid. Everything after this step is cleaning up.",
    commands: current.map(
      ({ domain = "", secret = "" }) => `pprotect rotate ${shellWord(`${domain}/${secret}`)} --value-file -`,
    ),
  };
}

function rewrite(expressions: string | undefined, tool: Rewriting["tool"]): Step {
  const missing = {
    current: "",
    old: " The git-filter-repo that is installed is too old for --sensitive-data-removal; 2.47 has it.",
    missing: " git-filter-repo is not installed.",
  }[tool];
  const file = expressions === undefined ? "FILE" : shellWord(expressions);
  return {
    title: "Remove it from the history",
    text: `Every commit from the first one with the value on gets another id, so agree with all who work on the repository first.${missing} The file has the values as expressions; it is in memory where the system can, and only you can read it.`,
    commands: [
      `git filter-repo --sensitive-data-removal --replace-text ${file}`,
      ...(expressions === undefined ? [] : [`rm ${file}`]),
    ],
  };
}

function host(): Step {
  return {
    title: "Remove it from the host",
    text: "After the push, the host still has the old commits: pull requests and merge requests keep refs to them, caches show them by their id, forks and CI logs have copies. Ask the host's support to remove them, and delete the logs and artifacts.",
    commands: ["git push --force --mirror origin"],
  };
}

function colleagues(): Step {
  return {
    title: "Renew every clone",
    text: "A clone that is not renewed brings the old commits back with its next push. Everyone pushes nothing, saves unfinished work as patches, and clones again.",
    commands: ["git format-patch origin/main..HEAD"],
  };
}

function path({ domain = "", secret = "" }: LeakSubject): string {
  return `${domain}/${secret}`;
}

/** The runbook as numbered steps. */
export function planText(steps: readonly Step[]): string {
  return steps
    .map(({ title, text, commands }, index) => {
      const lines = commands.map((command) => `   $ ${displayName(command)}\n`).join("");
      return `${index + 1}. ${title}\n   ${text}\n${lines}`;
    })
    .join("\n");
}
