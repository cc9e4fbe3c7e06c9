import { PprotectError } from "../../../common/errors.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { DEFAULT_PREFIX, PREFIX_VARIABLE } from "../../../credentials/environment-names.ts";
import { openRepository, type Repository } from "../../../git/process/repository.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { repositoryRoot } from "../../../store/locate-store.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag } from "../../argv/option.ts";
import { BaseCommand } from "../../base/base-command.ts";
import { examine, type Repaired, repairAll } from "../../doctor/examine.ts";
import type { Finding } from "../../doctor/finding.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class DoctorCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "general",
    summary: "check what is set up wrong: store, git, files, this machine",
    details:
      "Needs no passphrase, and changes nothing without --fix. The exit status is 1 if a check fails; warnings leave it " +
      "at 0. `pprotect status` shows what is unlocked and handed out now.",
    examples: [
      ["Check everything", "$0 doctor"],
      ["Repair what can be undone: modes of files, .gitignore, the git integration", "$0 doctor --fix"],
    ],
  };

  fix = flag("--fix", "repair what can be undone");

  async run(): Promise<Outcome> {
    const before = await this.#examine();
    const repaired = this.fix ? await repairAll(before) : [];
    const findings = this.fix ? await this.#examine() : before;
    for (const each of findings) this.#printFinding(each);
    for (const each of repaired) this.note(repairLine(each));
    return {
      result: {
        checks: findings.map(({ id, level, message, fix }) => ({ id, level, message, fix: fix ?? null })),
        repairs: repaired.map(({ id, message, failed }) => ({ id, message, failed: failed ?? null })),
      },
      refusal: refusalOf(findings),
    };
  }

  async #examine(): Promise<readonly Finding[]> {
    return examine({
      environment: process.env,
      prefix: this.envPrefix ?? (process.env[PREFIX_VARIABLE] || DEFAULT_PREFIX),
      storePath: this.storePath,
      store: this.#store(),
      repository: await this.#repository(),
    });
  }

  async #repository(): Promise<Repository | PprotectError | undefined> {
    try {
      return await openRepository(process.cwd());
    } catch (error) {
      if (!(error instanceof PprotectError) || error.code !== "not_a_repository") throw error;
      return repositoryRoot(process.cwd()) === undefined ? undefined : error;
    }
  }

  #store(): KeyFile | PprotectError | undefined {
    try {
      return this.readStore();
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      return error.code === "store_missing" ? undefined : error;
    }
  }

  #printFinding({ id, level, message, fix }: Finding): void {
    this.printLine(`${level.padEnd(4)}  ${id}: ${escapeUnprintable(message)}`);
    if (level !== "ok" && fix !== undefined) this.printLine(`      hint: ${escapeUnprintable(fix)}`);
  }
}

function repairLine({ id, message, failed }: Repaired): string {
  return failed === undefined ? `repaired ${id} (${message})` : `could not repair ${id}: ${failed}`;
}

function refusalOf(findings: readonly Finding[]): PprotectError | undefined {
  const failed = findings.filter(({ level }) => level === "fail");
  if (failed.length === 0) return undefined;
  const repairable = failed.some(({ repair }) => repair !== undefined);
  return new PprotectError(
    "unhealthy",
    `${countNoun(failed.length, "check")} failed`,
    repairable
      ? "`pprotect doctor --fix` repairs what can be undone"
      : "the hint of each check says what to do",
  );
}
