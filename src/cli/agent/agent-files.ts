import { lstatSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import SKILL from "../../../skills/pprotect/SKILL.md" with { type: "text" };
import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { writeAtomically } from "../../system/atomic-write.ts";
import { fileError } from "../../system/file-error.ts";
import { readRegularText } from "../../system/read-regular-file.ts";

/** By which a skill file of any version is recognised as ours. */
const MARK = "Put here by `pprotect agent install`";

const BEGIN = "<!-- pprotect: begin -->";
const END = "<!-- pprotect: end -->";
const BLOCK = `${BEGIN}
Secrets of this project are encrypted in \`protected.yaml\`. Run programs that need them with \`pprotect exec -- PROGRAM\`, and
read the skill \`pprotect\` before anything else that has to do with secrets.
${END}
`;

/** A file that agents read. */
export interface AgentFile {
  /** Beneath the root. */
  readonly path: string;
  /** `foreign`: a file of that name is there and is not ours. */
  readonly state: "missing" | "current" | "outdated" | "foreign";
}

/** Where programs look for skills: Claude Code (and OpenCode), Codex (and OpenCode). */
const SKILL_PATHS = [".claude/skills/pprotect/SKILL.md", ".agents/skills/pprotect/SKILL.md"];
const AGENTS = "AGENTS.md";

/** What agents would find. @param root the project, or the user's home directory. @param global AGENTS.md is a project's */
export function agentFiles(root: string, global: boolean): readonly AgentFile[] {
  const skills = SKILL_PATHS.map((path): AgentFile => ({ path, state: skillState(read(root, path)) }));
  return global ? skills : [...skills, { path: AGENTS, state: blockState(read(root, AGENTS) ?? "") }];
}

/**
 * Writes the files that are missing or outdated.
 * @returns their paths
 * @throws PprotectError `foreign_file`, before anything is written; `file_error`
 */
export function installAgentFiles(root: string, global: boolean): readonly string[] {
  const files = agentFiles(root, global);
  const foreign = files.find(({ state }) => state === "foreign");
  if (foreign) {
    throw new PprotectError(
      "foreign_file",
      `${displayName(foreign.path)} is not a file of pprotect; nothing was changed`,
      "look at it, and move it away",
    );
  }
  const changed = files.filter(({ state }) => state !== "current").map(({ path }) => path);
  for (const path of changed) {
    if (path === AGENTS) write(root, path, withBlock(read(root, path) ?? ""));
    else write(root, path, SKILL);
  }
  return changed;
}

/** Removes what {@link installAgentFiles} has written, and nothing else. @returns the paths. @throws PprotectError `file_error` */
export function uninstallAgentFiles(root: string, global: boolean): readonly string[] {
  const ours = agentFiles(root, global).filter(({ state }) => state === "current" || state === "outdated");
  for (const { path } of ours) {
    const rest = path === AGENTS ? withoutBlock(read(root, path) ?? "") : "";
    if (rest !== "") write(root, path, rest);
    else remove(root, path);
  }
  return ours.map(({ path }) => path);
}

function skillState(text: string | undefined): AgentFile["state"] {
  if (text === undefined) return "missing";
  if (text === SKILL) return "current";
  return text.includes(MARK) ? "outdated" : "foreign";
}

function blockState(text: string): AgentFile["state"] {
  if (text.includes(BLOCK)) return "current";
  return text.includes(BEGIN) && text.includes(END) ? "outdated" : "missing";
}

function withBlock(text: string): string {
  const rest = withoutBlock(text);
  if (rest === "") return BLOCK;
  return `${rest}${rest.endsWith("\n") ? "" : "\n"}\n${BLOCK}`;
}

function withoutBlock(text: string): string {
  const [start, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (start === -1 || end < start) return text;
  const before = text.slice(0, start).replace(/\n\n$/, "\n");
  return before + text.slice(end + END.length).replace(/^\n/, "");
}

function read(root: string, path: string): string | undefined {
  refuseLinks(root, path);
  const file = join(root, path);
  if (!lstatSync(file, { throwIfNoEntry: false })) return undefined;
  try {
    return readRegularText(file);
  } catch (error) {
    throw fileError("read", path, error);
  }
}

function write(root: string, path: string, text: string): void {
  const file = join(root, path);
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw fileError("create", dirname(path), error);
  }
  writeAtomically(file, text, lstatSync(file, { throwIfNoEntry: false }));
}

/** Removes a file, and the directories that are empty then. */
function remove(root: string, path: string): void {
  rmSync(join(root, path), { force: true });
  for (let directory = dirname(path); directory !== "."; directory = dirname(directory)) {
    try {
      rmdirSync(join(root, directory));
    } catch {
      return;
    }
  }
}

/** A repository may be a stranger's: nothing is read or written through a link of it. */
function refuseLinks(root: string, path: string): void {
  const parts = path.split("/");
  for (const [index] of parts.entries()) {
    const part = join(root, ...parts.slice(0, index + 1));
    if (!lstatSync(part, { throwIfNoEntry: false })?.isSymbolicLink()) continue;
    const shown = displayName(relative(root, part).replaceAll(sep, "/"));
    throw new PprotectError(
      "foreign_file",
      `${shown} is a symbolic link; nothing was changed`,
      "put a directory or file in its place",
    );
  }
}
