import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import type { SecretReference } from "../../../lease/access-log/recorder.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain, findSecret } from "../../../store/lookup.ts";
import { isTerminal } from "../../../system/terminal.ts";
import { optionalArgument, requiredArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { option } from "../../argv/option.ts";
import { SECRET, text } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import { lend, loanOf } from "../../reading/lend.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { writeOut } from "../../report/output.ts";

export default class LeaseCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "leases",
    summary: "give a value to a client for a while",
    plaintext: true,
    details:
      "Prints the value, to the byte, and notes who has it and until when: `status` shows it, and `revoke` says how to " +
      "change it. It is bookkeeping: a value that was given stays known until it is changed.",
    examples: [
      ["Into a variable", "export TOKEN=$($0 lease dev/token --ttl 30m --client-id agent-7)"],
      ["What was given out", "$0 status"],
    ],
  };

  ttl = option(
    "--ttl",
    text("TIME"),
    "how long it is meant to be used (default: git config pprotect.ttl, else 1h)",
  );
  clientId = option("--client,--client-id", text("NAME"), "who gets it (default: a new name)");
  first = requiredArgument("path", SECRET, "the secret as DOMAIN/SECRET, or a name that only one domain has");
  second = optionalArgument("secret", SECRET, "the secret, when the first argument is the domain alone");

  async run(): Promise<Outcome | number> {
    const loan = await loanOf(this.ttl, this.clientId);
    const keyFile = this.readStore();
    const chosen = this.#secret(keyFile);
    const { value, fields, nextActions } = await lend(keyFile, chosen, loan, {
      open: (details) => this.openSecrets(keyFile, [chosen], details),
      handingOut: (opened) => this.handingOut(opened),
    });
    if (this.json) return { result: { ...fields, ...secretFields(chosen), value }, nextActions };
    writeOut(isTerminal(1) && !value.endsWith("\n") ? `${value}\n` : value);
    return 0;
  }

  #secret({ data }: KeyFile): SecretReference {
    const { first: path, second } = this;
    const at = path.lastIndexOf("/");
    if (second === undefined && at === -1) return onlySecret(data, path);
    const [domain, name] = second === undefined ? [path.slice(0, at), path.slice(at + 1)] : [path, second];
    findSecret(domain, findDomain(data, domain), name);
    return { domain, name };
  }
}

function secretFields({ domain, name }: SecretReference) {
  return { domain, secret_name: name };
}

/** The secret of this name, when only one domain has it. @throws PprotectError `no_such_secret`, `usage` */
function onlySecret({ domains }: KeyFile["data"], name: string): SecretReference {
  const [domain, ...others] = [...domains]
    .filter(([, { secrets }]) => secrets.has(name))
    .map(([each]) => each);
  if (domain === undefined) {
    throw new PprotectError(
      "no_such_secret",
      `no domain has a secret "${displayName(name)}"`,
      "`pprotect list-all-secrets` lists them",
    );
  }
  if (others.length === 0) return { domain, name };
  const all = [domain, ...others].map((each) => displayName(`${each}/${name}`)).join(", ");
  throw new PprotectError(
    "usage",
    `several domains have a secret "${displayName(name)}"`,
    `name one of ${all}`,
  );
}
