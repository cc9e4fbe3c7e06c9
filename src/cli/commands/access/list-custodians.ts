import { compareCodePoints } from "../../../common/code-points.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { keyTypeOf } from "../../../store/custodian.ts";
import { custodianFingerprint, displayFingerprint } from "../../../store/trust/fingerprint.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class ListCustodiansCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "list the key custodians: key type, fingerprint, domains",
    examples: [["No credentials needed", "$0 list-custodians"]],
  };

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const custodians = [...keyFile.data.custodians]
      .sort(([a], [b]) => compareCodePoints(a, b))
      .map(([custodian, pwdkm]) => ({
        custodian,
        key_type: keyTypeOf(pwdkm),
        fingerprint: custodianFingerprint(pwdkm),
        domains: keyFile.domainsOf(custodian).sort(compareCodePoints),
      }));
    for (const { custodian, key_type, fingerprint, domains } of custodians) {
      const owned = domains.length > 0 ? domains.join(", ") : "(no domains)";
      this.printLine(
        escapeUnprintable(`${custodian}: ${key_type} ${displayFingerprint(fingerprint)} ${owned}`),
      );
    }
    if (custodians.length === 0)
      this.note(`(No key custodians in protected at ${escapeUnprintable(this.storePath)})`);
    return { result: { custodians } };
  }
}
