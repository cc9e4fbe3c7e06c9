import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import type { HandoutTerms } from "../../exec/handout-terms.ts";
import type { Manifest } from "../../exec/manifest.ts";
import type { ManifestEntry } from "../../exec/manifest-entry.ts";
import { MANIFEST_FILE } from "../../exec/manifest-file.ts";
import type { Choice } from "../../exec/selection.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { absolutePath } from "../../system/path-text.ts";
import { hardenProcess } from "../../system/process-hardening.ts";
import { flag, option, repeatableOption } from "../argv/option.ts";
import { DOMAIN, FILE, SECRET_GLOB, text } from "../argv/value-type.ts";
import type { OpenedChoices } from "../reading/open-chosen.ts";
import type { ReadDetails } from "../reading/open-secrets.ts";
import { BaseCommand } from "./base-command.ts";

/** A command that passes secrets on: which ones, and under which names. */
export abstract class SelectingCommand extends BaseCommand {
  domains = repeatableOption(
    "--domain",
    DOMAIN,
    "the secrets of this domain (default: those that .secrets.json beside the store lists)",
  );
  manifest = option(
    "--manifest",
    FILE,
    "manifest file listing the secrets to use; --domain is the default domain for entries without one",
  );
  override = flag("--override", "if two domains define the same variable, the later one wins");
  only = repeatableOption("--only", SECRET_GLOB, "only secrets whose name matches");
  except = repeatableOption("--except", SECRET_GLOB, "no secrets whose name matches");
  prefix = option("--prefix", text("PREFIX"), "put PREFIX_ before each variable's name");
  uppercase = flag(
    "--uppercase",
    'turn db-password into DB_PASSWORD (default: "uppercase" in .secrets.json beside the store)',
  );

  /** Whether the secrets are printed, and so not passed to a program yet. */
  protected readonly prints: boolean = false;
  /** The domains on the line. */
  protected get selectedDomains(): readonly string[] {
    return this.domains;
  }

  /** What the manifest says of the secrets that were selected with it. */
  protected handout: HandoutTerms = {};

  /** Selects the secrets; none of the store is decrypted yet. */
  protected async choose(keyFile: KeyFile): Promise<readonly Choice[]> {
    const manifest = this.manifest ?? this.#manifestBesideStore();
    if (manifest !== undefined) return this.#chooseByManifest(keyFile, manifest);
    const { selectSecrets } = await import("../../exec/selection.ts");
    const { uppercaseByDefault } = await import("../../exec/naming-default.ts");
    const { selectedDomains: domains, override, only, except, prefix } = this;
    const uppercase = this.uppercase || uppercaseByDefault(join(dirname(this.storePath), MANIFEST_FILE));
    const note = this.prints ? { note: (message: string) => this.note(message) } : {};
    return selectSecrets(keyFile.data, { domains, override, only, except, prefix, uppercase, ...note });
  }

  /** The manifest that is used when neither a domain nor a manifest is given. */
  #manifestBesideStore(): string | undefined {
    if (this.selectedDomains.length > 0) return undefined;
    const path = join(dirname(this.storePath), MANIFEST_FILE);
    if (existsSync(path)) return path;
    const name = this.path.join(" ");
    throw new PprotectError(
      "usage",
      `${name} needs --domain, or a ${MANIFEST_FILE} beside the store`,
      `for example: \`pprotect ${name} --domain prod${name === "exec" ? " -- ./server" : ""}\``,
    );
  }

  /** The files that decide about what {@link choose} gives. */
  protected async filesOfChoice(): Promise<readonly string[]> {
    const manifest = this.manifest ?? this.#manifestBesideStore();
    return [this.storePath, ...(manifest === undefined ? [] : [manifest])].map(absolutePath);
  }

  async #chooseByManifest(keyFile: KeyFile, path: string): Promise<readonly Choice[]> {
    const manifest = await this.#readManifest(path);
    const { selectByManifest } = await import("../../exec/manifest-selection.ts");
    if (manifest.entries.some(({ from }) => from.some((source) => source !== "store"))) hardenProcess();
    const { manifestSources } = await import("./manifest-sources.ts");
    const sources = manifestSources(keyFile.data, path, this.looking);
    return selectByManifest(manifest, path, { ...sources, domain: this.selectedDomains[0] });
  }

  /** What {@link choose} will look for in a manifest, if there is one: needs nothing to be there. */
  protected async entriesOfManifest(): Promise<readonly ManifestEntry[] | undefined> {
    const path = this.manifest ?? this.#manifestBesideStore();
    return path === undefined ? undefined : (await this.#readManifest(path)).entries;
  }

  async #readManifest(path: string): Promise<Manifest> {
    const { only, except, prefix, override, uppercase, selectedDomains: domains } = this;
    if (
      only.length + except.length + domains.slice(1).length > 0 ||
      prefix !== undefined ||
      override ||
      uppercase
    ) {
      throw new PprotectError(
        "usage",
        `a manifest (${path}) cannot be combined with --only, --except, --prefix, --uppercase, --override or several domains`,
        "give --domain without --manifest to select by options",
      );
    }
    const { commonTerms, readManifestFile } = await import("../../exec/manifest.ts");
    const manifest = readManifestFile(path);
    this.handout = commonTerms(manifest);
    return manifest;
  }

  /**
   * Opens the secrets of the store among those that were chosen, all at once; without any, nobody is asked.
   * @returns all values in the order of the choices, and what was opened
   */
  protected async openChosen(
    keyFile: KeyFile,
    choices: readonly Choice[],
    details: ReadDetails = {},
  ): Promise<OpenedChoices> {
    const { openChosen } = await import("../reading/open-chosen.ts");
    return openChosen(choices, (sealed) => this.openSecrets(keyFile, sealed, details));
  }
}
