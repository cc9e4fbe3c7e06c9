import { existsSync, statSync } from "node:fs";
import { PprotectError } from "../../../common/errors.ts";
import { shellWord } from "../../../common/shell-quote.ts";
import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { wipe } from "../../../crypto/bytes.ts";
import { NOTE_KINDS, type Note, type ReadEntry } from "../../../import/entry.ts";
import { InvalidImportError } from "../../../import/invalid-import.ts";
import { IMPORT_FORMATS, readEntries } from "../../../import/read-entries.ts";
import { NAME_STYLES, storeNames } from "../../../import/store-names.ts";
import {
  CONFLICT_CHOICES,
  type ImportPlan,
  importSecrets,
  planImport,
} from "../../../store/import-secrets.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain } from "../../../store/lookup.ts";
import { hardenProcess } from "../../../system/process-hardening.ts";
import { optionalArgument, requiredArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option, repeatableOption } from "../../argv/option.ts";
import { choice, DOMAIN, FILE, text } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import {
  type ImportSource,
  readImportSource,
  removeSource,
  requireRemovable,
} from "../../input/import-source.ts";
import type { InputPrompter } from "../../input/input-prompter.ts";
import type { Outcome, Result } from "../../report/json-envelope.ts";
import { fillIn } from "../../report/next-action.ts";

/** How many lines of a file that cannot be imported are printed: a file in another format has hundreds. */
const LISTED = 10;

export default class ImportCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "add the secrets of a file in another format",
    details:
      "Needs no credentials, and writes all secrets or none. The format is detected from the content and the file's name. Encrypted files are decrypted with the keys that SOPS and dotenvx would use.",
    everyday: true,
    examples: [
      ["Show what would be imported, without values", "$0 import dev .env --dry-run"],
      ["API_KEY becomes api-key; then remove the file", "$0 import dev .env --names kebab --remove-source"],
      ["From another program", "kubectl get secret app -o yaml | $0 import prod -"],
    ],
  };

  domain = requiredArgument("domain", DOMAIN, "the domain to import into");
  source = optionalArgument("file", FILE, "the file; - is standard input");
  format = option("--format", choice("FORMAT", IMPORT_FORMATS), "the file's format (default: detect it)");
  dryRun = flag("--dry-run", "list what would be imported, without values, and change nothing");
  only = repeatableOption("--only", text("GLOB"), "only entries whose name in the file matches");
  except = repeatableOption("--except", text("GLOB"), "no entries whose name in the file matches");
  stripPrefix = option("--strip-prefix", text("PREFIX"), "remove PREFIX from the start of names", {
    initial: "",
  });
  prefix = option("--prefix", text("PREFIX"), "put PREFIX before each name", { initial: "" });
  names = option(
    "--names",
    choice("STYLE", NAME_STYLES),
    "keep names (default), or write them in kebab or upper case",
    {
      initial: "keep",
    },
  );
  onConflict = option(
    "--on-conflict",
    choice("ACTION", CONFLICT_CHOICES),
    "fail (default), skip or update secrets that the domain has already",
    { initial: "fail" },
  );
  removeSource = flag("--remove-source", "overwrite and remove the file after the import");

  /** Standard input may be what is imported: questions are asked only where a file is given. */
  protected override get prompter(): InputPrompter | undefined {
    return this.#isPiped ? undefined : super.prompter;
  }

  protected override get noPrompterReason(): string | undefined {
    return this.nonInteractive || !this.#isPiped ? undefined : "standard input is imported";
  }

  get #isPiped(): boolean {
    return this.source === undefined || this.source === "-";
  }

  async run(): Promise<Outcome> {
    this.#checkRemoval();
    const keyFile = this.readStore();
    this.#findDomain(keyFile);
    hardenProcess();
    const source = readImportSource(this.source, this.storePath);
    const { format, entries, notes } = await this.#read(source);
    const values = new Map(entries.map(({ name, value }) => [name, value]));
    const plan = (file: KeyFile) => planImport(file, this.domain, [...values.keys()], this.onConflict);
    const planned = plan(keyFile);
    await this.#explained(() => this.#checkValues(entries, planned, source.name));
    for (const each of notes) this.note(noteLine(source.name, each));
    const details: Result = {
      format,
      notes: notes.map(({ kind, name, line }) => ({ kind, name, line: line ?? null })),
    };
    const outcome = this.dryRun ? this.#dryRun(planned, details) : await this.#import(values, plan, details);
    const removed = await this.#remove(source, planned, notes);
    return { ...outcome, result: { ...outcome.result, source_removed: removed } };
  }

  /** @throws PprotectError `no_such_domain`, which says so where the domain is the name of a file */
  #findDomain({ data }: KeyFile): void {
    const { domain, source } = this;
    if (!data.domains.has(domain) && existsSync(domain) && statSync(domain).isFile()) {
      const named = source !== undefined && data.domains.has(source) ? shellWord(source) : "DOMAIN";
      throw new PprotectError(
        "no_such_domain",
        `no domain "${displayName(domain)}"`,
        `it is a file, and the domain comes first: \`pprotect import ${named} ${shellWord(domain)}\``,
      );
    }
    findDomain(data, domain);
  }

  /** What is left out must not be lost. @throws PprotectError `usage` */
  #checkRemoval(): void {
    if (!this.removeSource) return;
    requireRemovable(this.source);
    if (this.only.length + this.except.length > 0) {
      throw new PprotectError(
        "usage",
        "--remove-source would lose what --only and --except leave out",
        "omit --remove-source, or import everything",
      );
    }
  }

  async #read(source: ImportSource) {
    const { only, except, prefix, stripPrefix, names: style, format } = this;
    const file = source.name;
    const read = await this.#explained(() =>
      readEntries(source.bytes, { file, format, environment: process.env }),
    );
    const entries = await this.#explained(async () =>
      storeNames(read.entries, { only, except, prefix, stripPrefix, style }, file),
    );
    return { format: read.format, notes: read.notes, entries };
  }

  /** @throws InvalidImportError for values that are not what `.pprotect.yaml` asks for */
  async #checkValues(
    entries: readonly ReadEntry[],
    { added, updated }: ImportPlan,
    file: string,
  ): Promise<void> {
    const written = new Set([...added, ...updated]);
    const checked = entries.filter(({ name }) => written.has(name));
    const { valueProblems, ruleHint } = await import("../../../config/values/required.ts");
    const problems = await valueProblems(
      this.storePath,
      checked.map(({ name, value }) => [name, value]),
    );
    if (problems.length === 0) return;
    const lines = new Map(checked.map(({ name, line }) => [name, line]));
    throw new InvalidImportError(
      file,
      problems.map(({ name, message }) => ({
        line: lines.get(name),
        message: `the value of "${displayName(name)}" ${message}`,
      })),
      ruleHint(this.storePath, problems),
    );
  }

  /** The first lines that are wrong are listed; the error names the first of them, and how many there are. */
  async #explained<Read>(read: () => Promise<Read>): Promise<Read> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof InvalidImportError && error.problems.length > 1) {
        const file = escapeUnprintable(this.source ?? "-");
        for (const { line, message } of error.problems.slice(0, LISTED))
          this.note(`${file}${line === undefined ? "" : `:${line}`}: ${message}`);
        const more = error.problems.length - LISTED;
        if (more > 0) this.note(`${countNoun(more, "more line")} cannot be imported`);
      }
      throw error;
    }
  }

  #dryRun(plan: ImportPlan, details: Result): Outcome {
    for (const [what, names] of Object.entries({ add: plan.added, update: plan.updated, skip: plan.skipped }))
      for (const name of names) this.printLine(`${what} ${escapeUnprintable(name)}`);
    this.note(`Dry run: ${summary(plan)}; nothing was changed.`);
    return { result: { store: this.storePath, ...this.#result(plan, details) } };
  }

  async #import(
    values: ReadonlyMap<string, string>,
    plan: (file: KeyFile) => ImportPlan,
    details: Result,
  ): Promise<Outcome> {
    let done = plan(this.readStore());
    if (done.added.length + done.updated.length === 0) {
      this.note(`Every secret is in ${displayName(this.domain)} already; nothing was changed.`);
      return { result: { store: this.storePath, ...this.#result(done, details) } };
    }
    const outcome = await this.update(
      (file) => {
        done = plan(file);
        return importSecrets(file, this.domain, values, done);
      },
      `Imported ${countNoun(done.added.length + done.updated.length, "secret")} into ${displayName(this.domain)} (${summary(done)}).`,
    );
    return {
      result: { ...outcome.result, ...this.#result(done, details) },
      nextActions: this.next({
        description: "run a program with the domain's secrets in its environment",
        command: ["exec", `--domain=${this.domain}`, "--uppercase", "--", fillIn("PROGRAM")],
      }),
    };
  }

  #result({ added, updated, skipped }: ImportPlan, details: Result): Result {
    return { domain: this.domain, ...details, added, updated, skipped, dry_run: this.dryRun };
  }

  async #remove(
    { name, bytes }: ImportSource,
    { skipped }: ImportPlan,
    notes: readonly Note[],
  ): Promise<boolean> {
    try {
      if (!this.removeSource || this.dryRun) return false;
      const leftOut = skipped.length > 0 || notes.some(({ kind }) => kind === "skipped");
      if (leftOut) {
        this.note(`pprotect: warning: ${displayName(name)} was left in place: a part of it was not imported`);
        return false;
      }
      const { removed, notes: lines } = await removeSource(name, bytes);
      for (const line of lines) this.note(line);
      return removed;
    } finally {
      wipe(bytes);
    }
  }
}

function summary({ added, updated, skipped }: ImportPlan): string {
  return `${added.length} added, ${updated.length} updated, ${skipped.length} skipped`;
}

function noteLine(file: string, { kind, name, line }: Note): string {
  const place = line === undefined ? displayName(file) : `${displayName(file)}:${line}`;
  return `${place}: "${displayName(name)}" ${NOTE_KINDS[kind]}`;
}
