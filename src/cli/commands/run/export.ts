import { PprotectError } from "../../../common/errors.ts";
import type { Described } from "../../../import/writers/example.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { restArguments } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { option } from "../../argv/option.ts";
import { DOMAIN, text } from "../../argv/value-type.ts";
import { ExportingCommand } from "../../base/exporting-command.ts";
import { formatOption } from "../../base/format-option.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class ExportCommand extends ExportingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "programs",
    summary: "print secrets in another format, or write them to a file",
    details:
      "Without a domain, the secrets that .secrets.json beside the store lists. A value that a format cannot hold is refused. example has names without values and needs no credentials. docs/formats.md says what each format can hold, and which programs read it.",
    plaintext: true,
    examples: [
      ["A file for docker run --env-file", "$0 export prod --uppercase --format docker --out prod.env"],
      ["A Kubernetes Secret", "$0 export prod --format k8s --secret-name app | kubectl apply -f -"],
      ["Into sh, bash, zsh or fish", 'eval "$($0 export dev --uppercase --format shell)"'],
      ["Into PowerShell", "$0 export dev --uppercase --format powershell | Invoke-Expression"],
      ["The variables of later steps in GitHub Actions", "$0 export prod --uppercase --format github"],
      ["Names alone, to commit", "$0 export dev --uppercase --format example > .env.example"],
    ],
  };

  domainNames = restArguments("domain", DOMAIN, "domains to export, as with --domain");
  outputFormat = formatOption("the format (required)", ["example"]);
  secretName = option("--secret-name", text("NAME"), "for k8s: the name of the Secret (default: the domain)");

  protected override get selectedDomains(): readonly string[] {
    return [...this.domainNames, ...this.domains];
  }

  async run(): Promise<Outcome> {
    const format = this.outputFormat;
    if (format === undefined) {
      throw new PprotectError(
        "usage",
        "export needs --format",
        "for example: `pprotect export prod --format json`; `pprotect export --help` lists the formats",
      );
    }
    if (this.secretName !== undefined && format !== "k8s")
      throw new PprotectError("usage", "--secret-name needs --format k8s");
    const keyFile = this.readStore();
    if (format === "example") return this.#example(keyFile);
    return this.exportSecrets(
      keyFile,
      await this.choose(keyFile),
      format,
      format === "k8s" ? this.#nameOfSecret() : "",
    );
  }

  #nameOfSecret(): string {
    const [domain, ...others] = this.selectedDomains;
    const name = this.secretName ?? (others.length === 0 ? domain : undefined);
    if (name !== undefined) return name;
    throw new PprotectError(
      "usage",
      "--format k8s needs --secret-name, unless one domain is exported",
      "for example: --secret-name app",
    );
  }

  async #example(keyFile: KeyFile): Promise<Outcome> {
    if (this.out !== undefined) {
      throw new PprotectError(
        "usage",
        "--format example has no secrets in it, so --out does not apply",
        "use the shell: pprotect export --format example > .env.example",
      );
    }
    const { writeExample } = await import("../../../import/writers/example.ts");
    const { compareCodePoints } = await import("../../../common/code-points.ts");
    const described = (await this.#described(keyFile)).toSorted((a, b) => compareCodePoints(a.name, b.name));
    this.print(writeExample(described));
    return { result: { names: described.map(({ name }) => name) } };
  }

  /** Of a manifest, all entries: its values need not be anywhere. */
  async #described(keyFile: KeyFile): Promise<readonly Described[]> {
    const entries = await this.entriesOfManifest();
    if (entries) return entries.map(({ variable: name, description }) => ({ name, description }));
    return (await this.choose(keyFile)).map(({ variable: name }) => ({ name, description: undefined }));
  }
}
