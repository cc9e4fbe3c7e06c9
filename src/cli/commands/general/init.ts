import { existsSync } from "node:fs";
import { dirname, relative } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { KeyFile } from "../../../store/key-file.ts";
import { DEFAULT_FILE, locateStore, repositoryRoot } from "../../../store/locate-store.ts";
import { findCustodian } from "../../../store/lookup.ts";
import { createStoreFile, refuseExisting } from "../../../store/store-file.ts";
import { custodianFingerprint } from "../../../store/trust/fingerprint.ts";
import { absolutePath, currentDirectory } from "../../../system/path-text.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { NewCustodianCommand } from "../../base/new-custodian-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { refuseUncheckedOut } from "../../report/missing-store.ts";
import { fillIn, programOn } from "../../report/next-action.ts";

export default class InitCommand extends NewCustodianCommand {
  static readonly declaration: CommandDeclaration = {
    group: "store",
    summary: "create a store with its first key custodian",
    everyday: true,
    takes: "passphrase",
    examples: [
      ["Ask for everything", "$0 init"],
      ["From a script", "$0 init -u alice@example.com --passphrase-file /run/secrets/alice"],
    ],
  };

  protected override locateStore(): string {
    return this.file ?? DEFAULT_FILE;
  }

  async run(): Promise<Outcome> {
    refuseExisting(absolutePath(this.storePath), this.storePath);
    await refuseUncheckedOut(this.storePath, (message) => this.note(message));
    const creds = await this.newCustodian(KeyFile.create());
    const keyFile = KeyFile.create().addCustodian(creds, this.keyType);
    if (this.confirm && !(await this.approve("", keyFile.toString()))) {
      throw new PprotectError("aborted", "not confirmed; nothing was changed");
    }
    await createStoreFile(absolutePath(this.storePath), this.storePath, keyFile, this.writeOptions);
    const { rememberNewStore } = await import("../../../git/trust/open-session.ts");
    await rememberNewStore(this.realStorePath, keyFile.data);
    this.note(`Created ${escapeUnprintable(this.storePath)} with key custodian ${creds.name}.`);
    this.#noteStoreAbove();
    const program = programOn(this.file);
    this.note(
      `Next: \`${program} add-domain\` adds a domain, \`${program} add-secret\` adds a secret to it.`,
    );
    const inGit = repositoryRoot(dirname(absolutePath(this.storePath))) !== undefined;
    if (inGit) this.note(`In git: \`${program} git install\` sets up merging and the pre-commit hook.`);
    const fingerprint = custodianFingerprint(findCustodian(keyFile.data, creds.name));
    return {
      result: { ...this.keyResult(creds.name), fingerprint },
      nextActions: this.next(
        { description: "add a domain", command: ["add-domain"], args: [fillIn("DOMAIN")] },
        ...(inGit
          ? [{ description: "set up merging and the pre-commit hook", command: ["git", "install"] }]
          : []),
      ),
    };
  }

  /** Commands in a directory use the nearest store: from now on the new one here. */
  #noteStoreAbove(): void {
    const directory = dirname(absolutePath(this.storePath));
    if (this.file !== undefined || repositoryRoot(directory) === directory) return;
    const above = locateStore(dirname(directory));
    if (!existsSync(above)) return;
    const shown = escapeUnprintable(relative(currentDirectory(), above));
    this.note(`note: ${shown} exists too; commands in this directory use the new store, not that one`);
  }
}
