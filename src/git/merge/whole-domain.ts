import { unionOfKeys } from "../../store/store-data.ts";
import type { UndoneChange } from "./conflict.ts";
import type { DomainContent } from "./domain-content.ts";
import type { DomainVersions } from "./domain-versions.ts";
import { changeKind, type MergeContext, type Step, step } from "./merge-context.ts";
import { otherSide, type Side } from "./versions.ts";

/**
 * What one side alone has of a domain, for a decision that takes it whole: but for owners whom the other side removed,
 * unless those are all of them. Everything else that the other side did is undone.
 */
export function takeWholeDomain(
  domain: DomainVersions,
  side: Side,
  context: MergeContext,
): Step<DomainContent> {
  const { secrets } = domain[side] ?? { secrets: new Map<string, string>() };
  const { custodians, versions } = context;
  const known = unionOfKeys(domain[side]?.owners).filter((owner) => custodians.pwdkm.has(owner));
  const removedByOther = (owner: string): boolean =>
    !versions.isBaseUnreadable &&
    (domain.base?.owners.has(owner) ?? false) &&
    !domain[otherSide(side)]?.owners.has(owner);
  const remaining = known.filter((owner) => !removedByOther(owner));
  return step(
    {
      secrets: new Map([...secrets.keys()].map((name) => [name, { from: [side] }])),
      undecided: new Set(),
      owners: remaining.length > 0 ? remaining : known,
    },
    [],
    [
      ...changesOf(domain, otherSide(side)),
      ...(remaining.length > 0 ? [] : known.filter(removedByOther)).map((name) => ({
        subject: { kind: "owner", domain: domain.name, name } as const,
        side: otherSide(side),
        change: "removed" as const,
      })),
    ],
  );
}

/** What a side did to a domain, as far as the texts show it. */
function changesOf(domain: DomainVersions, side: Side): UndoneChange[] {
  const { name, base, [side]: now } = domain;
  const isRotated = now?.publicKey !== base?.publicKey;
  const changes = (
    kind: "secret" | "owner",
    before: ReadonlyMap<string, string> | undefined,
    after: ReadonlyMap<string, string> | undefined,
  ): UndoneChange[] =>
    unionOfKeys(before, after)
      // Under a new key every text differs, so only presence shows a change.
      .filter((each) =>
        isRotated ? before?.has(each) !== after?.has(each) : before?.get(each) !== after?.get(each),
      )
      .map((each) => ({
        subject: { kind, domain: name, name: each },
        side,
        change: changeKind(before?.get(each), after?.get(each)),
      }));
  const rotation: UndoneChange = {
    subject: { kind: "domain", domain: name },
    side,
    change: base ? "rotated" : "added",
  };
  return [
    ...(isRotated ? [rotation] : []),
    ...changes("secret", base?.secrets, now?.secrets),
    ...changes("owner", base?.owners, now?.owners).filter(({ change }) => change === "added"),
  ];
}
