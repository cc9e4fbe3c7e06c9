import { displayName } from "../../common/terminal-safe.ts";
import type { DomainVersions } from "./domain-versions.ts";
import type { MergeContext } from "./merge-context.ts";
import { type Side, VERSIONS } from "./versions.ts";

const MAX_NAMED = 5;

/**
 * Says whose passphrase opens a domain as each of some sides has it: `needs the passphrase of ann, or the old passphrase
 * of bob`.
 */
export function whoCanOpen(domain: DomainVersions, sides: readonly Side[], context: MergeContext): string {
  const [first = [], ...others] = sides.map((side) => openers(domain, domain[side]?.publicKey, context));
  const common = first.filter((phrase) => others.every((phrases) => phrases.includes(phrase)));
  if (common.length === 0) return "needs an owner of both sides, and there is none";
  const more = common.length > MAX_NAMED ? " or another owner" : "";
  return `needs the ${common.slice(0, MAX_NAMED).join(" or the ")}${more}`;
}

/** Whose passphrase opens a copy of a key in any version: the one before a change is the old one. */
function openers(
  domain: DomainVersions,
  publicKey: string | undefined,
  { versions, custodians }: MergeContext,
): string[] {
  const phrases = VERSIONS.flatMap((version) => {
    const { publicKey: key, owners } = domain[version] ?? {};
    if (key === undefined || (publicKey !== undefined && key !== publicKey)) return [];
    return [...(owners?.keys() ?? [])].flatMap((owner) => {
      const pwdkm = versions[version].custodians.get(owner);
      if (pwdkm === undefined) return [];
      const isOld = custodians.pwdkm.get(owner) !== pwdkm;
      return [`${isOld ? "old " : ""}passphrase of ${displayName(owner)}`];
    });
  });
  return [...new Set(phrases)];
}
