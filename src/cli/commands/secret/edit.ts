import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { requireValidValues } from "../../../config/values/required.ts";
import { childEnvironment } from "../../../exec/environment.ts";
import { removeOverwritten } from "../../../exec/plaintext-files/shred.ts";
import { readStartState, type StartState } from "../../../exec/process/start-state.ts";
import {
  EDIT_FORMATS,
  type EditFormat,
  editText,
  readEditText,
  withMessage,
} from "../../../import/edit-text.ts";
import type { UnlockedCustodian } from "../../../store/custodian.ts";
import { editOf, type MergedEdit, mergeEdit, type ValueEdit } from "../../../store/diff/edited-values.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain, findSecret } from "../../../store/lookup.ts";
import { createPrivateDirectory } from "../../../system/private-directory.ts";
import { isTerminal } from "../../../system/terminal.ts";
import { optionalArgument, restArguments } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { option } from "../../argv/option.ts";
import { readSecretWords } from "../../argv/secret-words.ts";
import { choice, DOMAIN, SECRET, SECRET_PATH, text } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import { readEditedText } from "../../input/edited-text.ts";
import { chooseEditor, type Editor, runEditor, traceWarning } from "../../input/editor.ts";
import type { Outcome } from "../../report/json-envelope.ts";

type Values = ReadonlyMap<string, string>;

/** Another process changed secrets that the edit changes too. */
class EditConflict extends Error {
  readonly names: readonly string[];

  constructor(names: readonly string[]) {
    super("conflict");
    this.names = names;
  }
}

export default class EditCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "edit the secrets of a domain in your editor",
    details:
      "The editor is PPROTECT_EDITOR, VISUAL, EDITOR, or vi. The file is in memory where the system allows it, readable by you alone, and removed when the editor ends. Only values that changed are sealed again.",
    plaintext: true,
    everyday: true,
    examples: [
      ["All of a domain", "$0 edit dev"],
      ["Some of them", "$0 edit dev db-password api-key"],
      ["Another editor", "$0 edit dev --editor 'code --wait'"],
    ],
  };

  domainOption = option("--domain", DOMAIN, "the domain, instead of the argument", { replaces: "domain" });
  firstName = optionalArgument("domain", SECRET_PATH, "the domain, or DOMAIN/SECRET; asked for if not given");
  names = restArguments("secret", SECRET, "only these secrets (default: all)");
  format = option("--format", choice("FORMAT", EDIT_FORMATS), "yaml (default) or dotenv", {
    initial: "yaml",
  });

  editor = option(
    "--editor",
    text("COMMAND"),
    "the editor (default: $PPROTECT_EDITOR, $VISUAL, $EDITOR, else vi)",
  );

  async run(): Promise<Outcome> {
    const start = readStartState();
    const keyFile = this.readStore();
    const { domain: given, names } = this.#given();
    if (given !== undefined) {
      const domain = findDomain(keyFile.data, given);
      for (const name of names) findSecret(given, domain, name);
    }
    const editor = chooseEditor(this.editor, process.env);
    const owner = await this.unlock(keyFile);
    const domain = given ?? (await this.askForDomain(keyFile));
    await this.unlockToRead(keyFile, [domain]);
    const present = new Set(findDomain(keyFile.data, domain).secrets.keys());
    const chosen = names.length === 0 ? [...present] : names;
    await this.recordRead(
      owner,
      chosen.map((name) => ({ domain, name })),
    );
    const before = openNamed(keyFile, domain, chosen, owner);
    return this.#edit({ editor, start }, domain, before, async (edited) => {
      refuseTaken(before, present, edited);
      const { added, updated, removed } = editOf(before, edited);
      await requireValidValues(
        this.storePath,
        [...added, ...updated].map((name) => [name, edited.get(name) ?? ""]),
      );
      const kept = await this.#keepVanished(domain, removed);
      const wanted = new Map([...edited, ...kept.map((name) => [name, before.get(name) ?? ""] as const)]);
      return this.#write(domain, owner, before, wanted);
    });
  }

  #given(): { domain: string | undefined; names: readonly string[] } {
    const words = [this.firstName, ...this.names].filter((word) => word !== undefined);
    const { domain, secret, rest } = readSecretWords(this.domainOption, words, Math.max(2, words.length));
    return { domain, names: [...(secret === undefined ? [] : [secret]), ...rest] };
  }

  /** Opens the editor until what it leaves is saved, or the user gives up: at a terminal, no error loses the text. */
  async #edit(
    { editor, start }: { readonly editor: Editor; readonly start: StartState },
    domain: string,
    before: Values,
    save: (values: Values) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { credentialPrefixes } = this;
    const passed = { noPassthrough: false, keep: [], credentialPrefixes };
    const variables = childEnvironment([], start.variables, passed);
    const warning = traceWarning(editor, process.env);
    if (warning !== undefined) this.note(`pprotect: warning: ${warning}`);
    let shown = await editText(domain, before, this.format);
    const directory = createPrivateDirectory(removeOverwritten);
    if (!directory.inMemory)
      this.note(
        "pprotect: warning: no directory in memory was found; the text is on a disk while you edit it",
      );
    try {
      // Editors look in the parent directories too, and other users can write to /dev/shm.
      writeFileSync(join(directory.path, ".editorconfig"), "root = true\n", { mode: 0o600 });
      const path = join(directory.path, `secrets.${this.format === "yaml" ? "yaml" : "env"}`);
      for (;;) {
        writeFileSync(path, shown, { mode: 0o600 });
        this.releaseTerminal();
        await runEditor(editor, path, start, variables);
        const edited = readEditedText(path);
        if (edited === shown && isFirst(shown)) return await save(before);
        const saved = await attempt(async () => save(await readEdited(edited, this.format, before)));
        if (!(saved instanceof PprotectError)) return saved;
        // Closed without a change, or an editor that is a program: it would do the same again.
        if (edited === shown || !isTerminal(0)) throw saved;
        shown = withMessage(edited.trim() === "" ? shown : edited, saved);
      }
    } finally {
      directory.remove();
    }
  }

  /** Asks about secrets that the text does not have any more. @returns those that stay */
  async #keepVanished(domain: string, names: readonly string[]): Promise<readonly string[]> {
    if (names.length === 0) return [];
    const remove = await this.confirmed(
      `Remove ${countNoun(names.length, "secret")} from ${displayName(domain)} (${names.map(displayName).join(", ")})? [y/N] `,
    );
    return remove ? [] : names;
  }

  async #write(domain: string, owner: UnlockedCustodian, before: Values, after: Values): Promise<Outcome> {
    const edit = editOf(before, after);
    let done = edit;
    let overwrite: readonly string[] = [];
    for (;;) {
      try {
        if (count(edit) === 0) break;
        const change = (file: KeyFile): KeyFile => {
          const merged = mergeEdit(before, after, touchedValues(file, domain, edit, owner), edit);
          done = accepted(merged, overwrite);
          return applyEdit(file, domain, after, done);
        };
        const message = `Edited ${displayName(domain)}: ${summary(edit)}.`;
        const { result } = await this.update(change, message);
        return this.#outcome(result, domain, done);
      } catch (error) {
        if (!(error instanceof EditConflict)) throw error;
        await this.#confirmOverwrite(domain, error.names);
        overwrite = [...overwrite, ...error.names];
      }
    }
    this.note("Nothing was changed.");
    return this.#outcome({ store: this.storePath }, domain, edit);
  }

  async #confirmOverwrite(domain: string, names: readonly string[]): Promise<void> {
    const listed = names.map(displayName).join(", ");
    this.note(
      `pprotect: warning: another process changed ${listed} in ${displayName(domain)} while you edited`,
    );
    if (this.yes) return;
    if (!this.nonInteractive && (await this.confirmed("Overwrite with your values? [y/N] "))) return;
    throw new PprotectError(
      "store_changed",
      `another process changed ${listed} in the meantime; nothing was changed`,
      "run the command again",
    );
  }

  #outcome(result: Outcome["result"], domain: string, { added, updated, removed }: ValueEdit): Outcome {
    return { result: { ...result, domain, added, updated, removed } };
  }
}

/** Plaintext values by name. */
function openNamed(
  file: KeyFile,
  domain: string,
  names: readonly string[],
  owner: UnlockedCustodian,
): Values {
  const opened = file.decryptSecrets(
    names.map((name) => ({ domain, name })),
    owner,
  );
  return new Map(opened.map(({ name, value }) => [name, value]));
}

/** The values that the store has now for what an edit changes. */
function touchedValues(
  file: KeyFile,
  domain: string,
  { added, updated, removed }: ValueEdit,
  owner: UnlockedCustodian,
): Values {
  const { secrets } = findDomain(file.data, domain);
  const names = [...added, ...updated, ...removed].filter((name) => secrets.has(name));
  return openNamed(file, domain, names, owner);
}

/** Whether no error was shown yet: then an unchanged text is an unchanged store. */
function isFirst(text: string): boolean {
  return !text.startsWith("#| ERROR");
}

async function attempt<Result>(action: () => Promise<Result>): Promise<Result | PprotectError> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof PprotectError) return error;
    throw error;
  }
}

/** @throws PprotectError `invalid_value` for a blank text, which git does not take for an answer either */
async function readEdited(text: string, format: EditFormat, before: Values): Promise<Values> {
  if (before.size === 0 || text.trim() !== "") return readEditText(text, format);
  throw new PprotectError(
    "invalid_value",
    "the edited text is empty; nothing was changed",
    "`pprotect rm-secret` removes secrets",
  );
}

/** @throws PprotectError `secret_exists` for a new name that the domain has, but that is not edited */
function refuseTaken(before: Values, all: ReadonlySet<string>, edited: Values): void {
  const taken = [...edited.keys()].find((name) => all.has(name) && !before.has(name));
  if (taken === undefined) return;
  throw new PprotectError(
    "secret_exists",
    `secret "${displayName(taken)}" exists and is not one of those that you edit`,
  );
}

function accepted({ edit, conflicts }: MergedEdit, overwrite: readonly string[]): ValueEdit {
  const open = conflicts.filter((name) => !overwrite.includes(name));
  if (open.length > 0) throw new EditConflict(open);
  return edit;
}

function applyEdit(
  file: KeyFile,
  domain: string,
  values: Values,
  { added, updated, removed }: ValueEdit,
): KeyFile {
  const value = (name: string): string => values.get(name) ?? "";
  const withAdded = added.reduce((all, name) => all.addSecret(domain, name, value(name)), file);
  const withUpdated = updated.reduce((all, name) => all.updateSecret(domain, name, value(name)), withAdded);
  return removed.reduce((all, name) => all.removeSecret(domain, name), withUpdated);
}

function count({ added, updated, removed }: ValueEdit): number {
  return added.length + updated.length + removed.length;
}

function summary({ added, updated, removed }: ValueEdit): string {
  return `${added.length} added, ${updated.length} updated, ${removed.length} removed`;
}
