import { PprotectError } from "../../../common/errors.ts";
import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import {
  type ComparedName,
  compareNames,
  compareValues,
  type DomainComparison,
} from "../../../store/diff/domain-comparison.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain } from "../../../store/lookup.ts";
import { requiredArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { DOMAIN } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class DiffCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "secrets",
    summary: "compare two domains",
    details:
      "Compares names; with credentials (--user, or the environment) also values, which are never shown. The exit status is 1 when the domains differ.",
    examples: [
      ["What prod lacks, no credentials needed", "$0 diff dev prod"],
      ["Values too", "$0 diff dev prod -u alice@example.com"],
    ],
  };

  first = requiredArgument("first", DOMAIN, "a domain");
  second = requiredArgument("second", DOMAIN, "the domain to compare it with");

  async run(): Promise<Outcome> {
    const { first, second } = this;
    const keyFile = this.readStore();
    for (const domain of [first, second]) findDomain(keyFile.data, domain);
    const { compared, values } = await this.#compare(keyFile);
    const { names, shared, differs } = compared;
    const place = (domain: string, secret: string) => escapeUnprintable(`${domain}/${secret}`);
    for (const { secret, state } of names)
      this.printLine(`${this.#label(state)}: ${escapeUnprintable(secret)}`);
    for (const pair of shared)
      this.printLine(`same value: ${place(first, pair.first)}, ${place(second, pair.second)}`);
    const result = {
      first,
      second,
      values_compared: values,
      secrets: names.map(({ secret, state }) => ({ secret, state })),
      same_value: shared.map((pair) => ({ first: pair.first, second: pair.second })),
    };
    if (!differs) {
      const what = values ? "the same secrets" : "the same names (give --user to compare values)";
      this.note(`${displayName(first)} and ${displayName(second)} have ${what}.`);
      return { result };
    }
    const message = `domains "${displayName(first)}" and "${displayName(second)}" differ`;
    return { result, refusal: new PprotectError("different", message) };
  }

  /** Compares values where credentials are given; nobody is asked otherwise. */
  async #compare(keyFile: KeyFile): Promise<{ compared: DomainComparison; values: boolean }> {
    const { first, second } = this;
    if (this.user === undefined && !(await this.hasGivenCredentials(keyFile.data.custodians))) {
      const namesOf = (domain: string) => findDomain(keyFile.data, domain).secrets.keys();
      return { compared: compareNames(namesOf(first), namesOf(second)), values: false };
    }
    const owner = await this.unlockToRead(keyFile, [first, second]);
    await this.recordRead(
      owner,
      [first, second].flatMap((domain) =>
        [...findDomain(keyFile.data, domain).secrets.keys()].map((name) => ({ domain, name })),
      ),
    );
    const valuesOf = (domain: string) => keyFile.decryptDomain(domain, owner);
    return { compared: compareValues(valuesOf(first), valuesOf(second)), values: true };
  }

  #label(state: ComparedName["state"]): string {
    switch (state) {
      case "first":
        return `only in ${escapeUnprintable(this.first)}`;
      case "second":
        return `only in ${escapeUnprintable(this.second)}`;
      case "both":
        return "in both";
      default:
        return state;
    }
  }
}
