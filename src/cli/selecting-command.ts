import { Option } from "clipanion";
import { PprotectError } from "../common/errors.ts";
import type { SecretChoice } from "../exec/selection.ts";
import type { KeyFile } from "../store/key-file.ts";
import { BaseCommand } from "./base-command.ts";

/** A command that gives secrets to something else: which ones, and under which names. */
export abstract class SelectingCommand extends BaseCommand {
  domains = Option.Array("--domain", { description: "the domain (required); may be given again for more" });
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

  /** An example for the fix of a line without a domain. */
  protected abstract readonly exampleLine: string;

  /** What is to be opened; nothing is yet. */
  protected async choose(keyFile: KeyFile): Promise<SecretChoice[]> {
    if (this.domains === undefined) {
      throw new PprotectError(
        "usage",
        `${this.path.join(" ")} needs --domain`,
        `for example: ${this.exampleLine}`,
      );
    }
    const { selectSecrets } = await import("../exec/selection.ts");
    const { domains, override, only, except, prefix, uppercase } = this;
    return selectSecrets(keyFile.data, { domains, override, only, except, prefix, uppercase });
  }
}
