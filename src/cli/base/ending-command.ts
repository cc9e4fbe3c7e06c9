import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { LeaseChoice } from "../../lease/end.ts";
import { optionalArgument } from "../argv/argument.ts";
import { flag, option } from "../argv/option.ts";
import { CLIENT, DOMAIN, LEASE } from "../argv/value-type.ts";
import { BaseCommand } from "./base-command.ts";

/** What a line may name. */
export type Named = Exclude<LeaseChoice, { readonly by: "store" }>;

/** A command that ends leases: one, those of a client or a domain, or all. It needs no passphrase. */
export abstract class EndingCommand extends BaseCommand {
  client = option("--client-id,--client", CLIENT, "those of this client");
  domain = option("--domain", DOMAIN, "those of a domain that had this name when they were granted");
  all = flag("--all", "all leases of this user, whatever their store");
  lease = optionalArgument("lease", LEASE, "the lease, by its id");

  /**
   * What the line names.
   * @returns `undefined` when it names nothing
   * @throws PprotectError `usage` when it names two things
   */
  protected choice(): Named | undefined {
    const { client, domain, lease: id } = this;
    const given: Named[] = [
      ...(id === undefined ? [] : [{ by: "id", id } as const]),
      ...(client === undefined ? [] : [{ by: "client", client } as const]),
      ...(domain === undefined ? [] : [{ by: "domain", domain } as const]),
      ...(this.all ? [{ by: "all" } as const] : []),
    ];
    if (given.length > 1) throw this.wrongChoice();
    return given[0];
  }

  protected wrongChoice(): PprotectError {
    return new PprotectError(
      "usage",
      `${this.path.join(" ")} takes one of LEASE, --client, --domain and --all`,
      `\`pprotect status\` lists the leases; \`pprotect ${this.path.join(" ")} --all\` ends all of them`,
    );
  }
}

/** @throws PprotectError `no_lease` */
export function noSuchLease(id: string): PprotectError {
  return new PprotectError("no_lease", `no lease "${displayName(id)}"`, "`pprotect status` lists the leases");
}
