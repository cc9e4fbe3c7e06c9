import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { decodeUtf8 } from "../../../common/utf8.ts";
import { MANIFEST_FILE } from "../../../exec/manifest-file.ts";
import { type Choice, isSealed } from "../../../exec/selection.ts";
import { findReferences, namesWithoutDomain, parseTemplate, renderTemplate } from "../../../exec/template.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { fileError } from "../../../system/file-error.ts";
import { hardenProcess } from "../../../system/process-hardening.ts";
import { requiredArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option, repeatableOption } from "../../argv/option.ts";
import { DOMAIN, FILE } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { InputPrompter } from "../../input/input-prompter.ts";
import { openChosen } from "../../reading/open-chosen.ts";
import type { Json, Outcome } from "../../report/json-envelope.ts";
import { writeOut } from "../../report/output.ts";
import { openPrivateOutput, wroteMessage } from "../../report/private-output.ts";

export default class InjectCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "programs",
    summary: "fill {{NAME}} and {{DOMAIN/NAME}} in a template",
    plaintext: true,
    everyday: true,
    examples: [
      ["A configuration file that git ignores", "$0 inject --domain prod --out app.conf app.conf.template"],
      ["Straight into a program", "$0 inject --domain prod job.yaml | kubectl apply -f -"],
      ["A template from standard input", "echo 'password={{prod/db-password}}' | $0 inject -"],
    ],
  };

  domains = repeatableOption(
    "--domain",
    DOMAIN,
    "domain to look up {{NAME}} in (default: .secrets.json beside the store says where)",
  );
  manifest = option(
    "--manifest",
    FILE,
    "manifest file that says where {{NAME}} comes from; --domain is the default domain for its entries",
  );
  override = flag("--override", "if two domains have the secret, the later one wins");
  out = option("--out", FILE, "write to this file instead, mode 0600; `pprotect cleanup` removes it");
  force = flag(
    "--force",
    "with --out: replace a file that pprotect did not write, or that was changed since",
    { needs: ["--out"] },
  );
  template = requiredArgument("template", FILE, "the template; - is standard input");

  protected override openPrompter(): InputPrompter | undefined {
    return this.template === "-" ? this.openTerminalPrompter() : super.openPrompter();
  }

  protected override get noPrompterReason(): string | undefined {
    if (this.nonInteractive) return undefined;
    return "standard input is the template, and there is no terminal";
  }

  async run(): Promise<Outcome> {
    const file = this.template === "-" ? "standard input" : this.template;
    const parts = parseTemplate(readTemplate(this.template, file), file);
    const keyFile = this.readStore();
    const { domains, override } = this;
    const manifest = await this.#ofManifest(keyFile, namesWithoutDomain(parts));
    const places = findReferences(parts, file, keyFile.data, { domains, override, manifest });
    const { storePath: store, force } = this;
    const write = await openPrivateOutput(this.out, {
      store,
      force,
      onWait: (message) => this.note(message),
    });
    const { secrets: values, opened } = await openChosen(places, (sealed) =>
      this.openSecrets(keyFile, sealed),
    );
    const rendered = renderTemplate(
      parts,
      values.map(({ value }) => value),
    );
    const secrets = places.map((place) => ({
      domain: isSealed(place) ? place.domain : null,
      name: place.name,
      ...(!isSealed(place) && { source: place.source }),
    }));
    if (!write || this.out === undefined) return this.#printed(rendered, secrets);
    await write(rendered);
    if (values.length > 0) await this.noteFile(opened, this.out);
    this.note(wroteMessage(this.out));
    return {
      result: { file: resolve(this.out), content: null, secrets },
      nextActions: this.next({ command: ["cleanup"], description: "overwrite and remove the file" }),
    };
  }

  /** What {{NAME}} means by the manifest, where no domain is given. */
  async #ofManifest(keyFile: KeyFile, names: readonly string[]): Promise<readonly Choice[]> {
    if (names.length === 0 || (this.manifest === undefined && this.domains.length > 0)) return [];
    if (this.manifest !== undefined && (this.override || this.domains.length > 1)) {
      throw new PprotectError("usage", "--manifest cannot be combined with --override or several domains");
    }
    const { readManifestFile } = await import("../../../exec/manifest.ts");
    const beside = join(dirname(this.storePath), MANIFEST_FILE);
    if (this.manifest === undefined && !existsSync(beside)) return [];
    const path = this.manifest ?? beside;
    const manifest = readManifestFile(path);
    const { selectByManifest } = await import("../../../exec/manifest-selection.ts");
    const { manifestSources } = await import("../../base/manifest-sources.ts");
    const sources = manifestSources(keyFile.data, path, this.looking);
    hardenProcess();
    const entries = manifest.entries.filter(({ name }) => names.includes(name));
    return selectByManifest({ ...manifest, entries }, path, { ...sources, domain: this.domains[0] });
  }

  #printed(rendered: Uint8Array, secrets: Json): Outcome {
    if (!this.json) {
      writeOut(rendered);
      return { result: {} };
    }
    const content = decodeUtf8(rendered);
    if (content !== undefined) return { result: { file: null, content, secrets } };
    throw new PprotectError(
      "invalid_template",
      "the result is not UTF-8 text, so it cannot be printed as JSON",
      "write it to a file with --out",
    );
  }
}

function readTemplate(path: string, file: string): Uint8Array {
  try {
    return readFileSync(path === "-" ? 0 : path);
  } catch (error) {
    throw fileError("read", file, error);
  }
}
