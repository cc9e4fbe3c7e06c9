import { resolve } from "node:path";
import type { Choice } from "../../exec/selection.ts";
import { writeEntries } from "../../import/write-entries.ts";
import type { SecretReference } from "../../lease/access-log/recorder.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findDomain, findSecret } from "../../store/lookup.ts";
import { flag, option } from "../argv/option.ts";
import { FILE } from "../argv/value-type.ts";
import type { HandingOut } from "../reading/hand-out.ts";
import type { OpenedSecrets } from "../reading/open-secrets.ts";
import { requireGithubFile, writeSecrets } from "../report/formatted-secrets.ts";
import type { Outcome } from "../report/json-envelope.ts";
import { openPrivateOutput, wroteMessage } from "../report/private-output.ts";
import { exportFormat, type OutputFormat, refuseJsonMasks } from "./format-option.ts";
import { SelectingCommand } from "./selecting-command.ts";

/** A command that prints the selected secrets, or writes them to a file. */
export abstract class ExportingCommand extends SelectingCommand {
  protected override readonly prints = true;

  out = option("--out", FILE, "write to this file instead, mode 0600; `pprotect cleanup` removes it");
  force = flag(
    "--force",
    "with --out: replace a file that pprotect did not write, or that was changed since",
    { needs: ["--out"] },
  );

  protected async exportSecrets(
    keyFile: KeyFile,
    choices: readonly Choice[],
    output: OutputFormat,
    secretName = "",
  ): Promise<Outcome> {
    const format = exportFormat(output);
    refuseJsonMasks(this.json, output);
    requireGithubFile(format, this.out !== undefined);
    const { storePath: store, force } = this;
    const write = await openPrivateOutput(this.out, {
      store,
      force,
      onWait: (message) => this.note(message),
    });
    const { client, ttl } = this.handout;
    const { secrets, opened } = await this.openChosen(keyFile, choices, { client });
    const terms = { client, until: ttl === undefined ? undefined : Date.now() + ttl };
    const values = new Map(secrets.map(({ variable, value }) => [variable, value]));
    const written = await writeEntries(values, { format, secretName });
    const names = secrets.map(({ variable }) => ({ name: variable }));
    if (!write || this.out === undefined) {
      if ((client ?? ttl) !== undefined) await this.#noteShown(keyFile, opened, terms);
      if (!this.json) await writeSecrets(written, format, undefined);
      return { result: { variables: secrets.map(({ variable, value }) => ({ name: variable, value })) } };
    }
    await writeSecrets(written, format, write);
    await this.noteFile(opened, this.out, terms);
    this.note(wroteMessage(this.out));
    return {
      result: { file: resolve(this.out), variables: names },
      nextActions: this.next({ command: ["cleanup"], description: "overwrite and remove the file" }),
    };
  }

  /** Notes values that are printed for a client, or for a time, that the manifest names. */
  async #noteShown(
    { data }: KeyFile,
    opened: OpenedSecrets<SecretReference>,
    terms: Pick<HandingOut, "client" | "until">,
  ): Promise<void> {
    const { newId } = await import("../reading/lend.ts");
    const { noteShown } = await import("../reading/hand-out.ts");
    const { boxHash } = await import("../../lease/grant.ts");
    const shown = opened.secrets.map(({ domain, name }) => ({
      id: newId(),
      domain,
      name,
      box: boxHash(findSecret(domain, findDomain(data, domain), name)),
    }));
    await noteShown({ ...(await this.handingOut(opened)), ...terms }, shown);
  }
}
