import { PprotectError } from "../../../common/errors.ts";
import { findDomain } from "../../../store/lookup.ts";
import { isTerminal } from "../../../system/terminal.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { repeatableOption } from "../../argv/option.ts";
import { DOMAIN, SECRET } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import { refuseUnknown } from "../../base/no-redact.ts";
import type { InputPrompter } from "../../input/input-prompter.ts";
import { OutputClosedError } from "../../report/output.ts";
import { warnOfRedaction } from "../../report/redaction-warning.ts";

export default class RedactCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "programs",
    summary: "copy standard input without a domain's secrets",
    examples: [["The log of a deployment", "./deploy 2>&1 | $0 redact --domain prod --domain shared"]],
  };

  domains = repeatableOption("--domain", DOMAIN, "redact the secrets of this domain (required)");
  noRedact = repeatableOption("--no-redact", SECRET, "leave this secret as it is");

  /** Standard input is what is redacted. */
  protected override openPrompter(): InputPrompter | undefined {
    return this.openTerminalPrompter();
  }

  protected override get noPrompterReason(): string | undefined {
    if (this.nonInteractive) return undefined;
    return "standard input is the text to redact, and there is no terminal";
  }

  async run(): Promise<number> {
    if (this.domains.length === 0) {
      throw new PprotectError(
        "usage",
        "redact needs --domain",
        "for example: `./deploy 2>&1 | pprotect redact --domain prod`",
      );
    }
    const keyFile = this.readStore();
    const choices = this.domains.flatMap((domain) =>
      [...findDomain(keyFile.data, domain).secrets.keys()].map((name) => ({ domain, name })),
    );
    refuseUnknown(
      this.noRedact,
      choices.map(({ name }) => name),
    );
    const { secrets } = await this.openSecrets(keyFile, choices);
    const { redactionOf } = await import("../../../redact/redaction.ts");
    const redaction = redactionOf(
      secrets.filter(({ name }) => !this.noRedact.includes(name)).map(({ name, value }) => [name, value]),
      this.usedPassphrase,
    );
    warnOfRedaction(redaction);
    this.releaseTerminal();
    const { pump } = await import("../../../exec/pty/pump.ts");
    let closed = false;
    await pump([
      {
        input: STDIN,
        output: STDOUT,
        filter: redaction.redactor(),
        name: "standard output",
        interactive: isTerminal(STDOUT),
        onClosed: () => {
          closed = true;
        },
      },
    ]);
    if (closed) throw new OutputClosedError();
    return 0;
  }
}

const STDIN = 0;
const STDOUT = 1;
