import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Option } from "clipanion";
import { PprotectError } from "../../common/errors.ts";
import type { SecretChoice } from "../../exec/selection.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { BaseCommand } from "./base-command.ts";

/** A command that gives secrets to something else: which ones, and under which names. */
export abstract class SelectingCommand extends BaseCommand {
  domains = Option.Array("--domain", {
    description:
      "all secrets of this domain; may be repeated. Without it, .secrets.json beside the store says which",
  });
  manifest = Option.String("--manifest", {
    description: "take the secrets that this file names; --domain is then for those that name none",
  });
  override = Option.Boolean("--override", false, {
    description: "where two domains give one variable, the later one does",
  });
  only = Option.Array("--only", [], {
    description: "only secrets whose name matches this glob; may be repeated",
  });
  except = Option.Array("--except", [], {
    description: "no secret whose name matches this glob; may be repeated",
  });
  prefix = Option.String("--prefix", { description: "put PREFIX_ before each variable's name" });
  uppercase = Option.Boolean("--uppercase", false, { description: "db-password becomes DB_PASSWORD" });

  /** Which secrets are asked for; none is opened yet. */
  protected async choose(keyFile: KeyFile): Promise<SecretChoice[]> {
    const manifest = this.manifest ?? (await this.#manifestBesideStore());
    if (manifest !== undefined) return this.#chooseByManifest(keyFile, manifest);
    const { selectSecrets } = await import("../../exec/selection.ts");
    const { domains = [], override, only, except, prefix, uppercase } = this;
    return selectSecrets(keyFile.data, { domains, override, only, except, prefix, uppercase });
  }

  /** The manifest that holds where nothing else says what is meant. */
  async #manifestBesideStore(): Promise<string | undefined> {
    if (this.domains !== undefined) return undefined;
    const { MANIFEST_FILE } = await import("../../exec/manifest.ts");
    const path = join(dirname(this.storePath), MANIFEST_FILE);
    if (existsSync(path)) return path;
    const name = this.path.join(" ");
    throw new PprotectError(
      "usage",
      `${name} needs --domain, or a ${MANIFEST_FILE} beside the store`,
      `for example: pprotect ${name} --domain prod${name === "exec" ? " -- ./server" : ""}`,
    );
  }

  async #chooseByManifest(keyFile: KeyFile, path: string): Promise<SecretChoice[]> {
    const { only, except, prefix, override, uppercase, domains = [] } = this;
    if (
      only.length + except.length + domains.slice(1).length > 0 ||
      prefix !== undefined ||
      override ||
      uppercase
    ) {
      throw new PprotectError(
        "usage",
        `${path} says which secrets and under which names`,
        "to choose by options, give --domain and no --manifest",
      );
    }
    const { readManifestFile } = await import("../../exec/manifest.ts");
    const { selectByManifest } = await import("../../exec/manifest-selection.ts");
    return selectByManifest(keyFile.data, readManifestFile(path), path, domains[0]);
  }
}
