import { createHash } from "node:crypto";
import * as t from "typanion";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import type { Domain } from "../store/store-data.ts";

const isBoxes = t.isArray(t.isTuple([t.isString(), t.isString()]));

const isLeasedDomain = t.isObject({
  /** The domain's name at the grant, for people: what counts is the public key. */
  name: t.isString(),
  /** As the store writes it: base64 of `0x00 ‖ X25519 public key`. */
  publicKey: t.isString(),
  /** The store's real path at the grant, for people. */
  store: t.isString(),
  /** With `--only`: the patterns, and each name that matched with the {@link boxHash} of its sealed value. */
  only: t.isOptional(t.isObject({ globs: t.isArray(t.isString()), boxes: isBoxes })),
});

/** What a lease may open, and until when. None of it is a secret; see {@link parseGrant} for one that was sent. */
export const isGrant = t.isObject({
  id: t.isString(),
  /** The program or agent that the lease is for, as its user named it. */
  client: t.isOptional(t.isString()),
  reason: t.isOptional(t.isString()),
  /** Who unlocked. */
  custodian: t.isString(),
  domains: t.isArray(isLeasedDomain),
  /** Milliseconds since 1970, by the wall clock. */
  since: t.isNumber(),
  until: t.isNumber(),
  /** How many connections may open something; left out, any number. */
  uses: t.isOptional(t.isNumber()),
  /** Whether only a process that has the lease's token may use it. */
  private: t.isBoolean(),
  /** The program that the lease is for: it ends with it. */
  program: t.isOptional(
    t.isObject({ pid: t.isNumber(), started: t.isString(), name: t.isOptional(t.isString()) }),
  ),
  /** The command that ends the lease when it fails this often in a row, and the time between its runs in ms. */
  heartbeat: t.isOptional(t.isObject({ command: t.isString(), every: t.isNumber(), misses: t.isNumber() })),
});

export type Grant = Readonly<t.InferType<typeof isGrant>>;
export type LeasedDomain = Readonly<t.InferType<typeof isLeasedDomain>>;

/** The SHA-256 of a sealed value as the store writes it, base64url: it says nothing of the value inside. */
export function boxHash(sealed: string): string {
  return createHash("sha256").update(sealed, "utf8").digest("base64url");
}

/**
 * A domain as a lease covers it now. A box does not bind its name, so a lease that is limited to names is limited
 * to the boxes that they have at the grant.
 *
 * @param only patterns (`*`, `?`, `[…]`, `{a,b}`) of names, or of `DOMAIN/NAME`; none covers the domain as a whole
 */
export function leaseDomain(
  name: string,
  { publicKey, secrets }: Pick<Domain, "publicKey" | "secrets">,
  store: string,
  only: readonly string[],
): LeasedDomain {
  if (only.length === 0) return { name, publicKey, store, only: undefined };
  const globs = only.map((pattern) => new Bun.Glob(pattern));
  const boxes = [...secrets]
    .filter(([secret]) => matchesAny(globs, name, secret))
    .map(([secret, sealed]): [string, string] => [secret, boxHash(sealed)]);
  return { name, publicKey, store, only: { globs: [...only], boxes } };
}

/**
 * @throws PprotectError `no_such_secret` when a pattern matches no secret of any of the domains; `invalid_store` when a
 *   secret that matches has the sealed value of one that does not: anyone who can write the file could have put it there
 */
export function checkPatterns(
  domains: ReadonlyMap<string, Pick<Domain, "secrets">>,
  only: readonly string[],
): void {
  const globs = only.map((pattern) => ({ pattern, glob: new Bun.Glob(pattern) }));
  for (const { pattern, glob } of globs) {
    const isMatched = [...domains].some(([domain, { secrets }]) =>
      [...secrets.keys()].some((secret) => matchesAny([glob], domain, secret)),
    );
    if (isMatched) continue;
    const names = [...domains.keys()].map((name) => `"${displayName(name)}"`).join(", ");
    throw new PprotectError(
      "no_such_secret",
      `--only "${displayName(pattern)}" matches no secret of ${names}`,
    );
  }
  if (only.length > 0) {
    for (const [domain, { secrets }] of domains)
      refuseCopies(
        domain,
        secrets,
        globs.map(({ glob }) => glob),
      );
  }
}

function matchesAny(globs: readonly Bun.Glob[], domain: string, secret: string): boolean {
  return globs.some((glob) => glob.match(secret) || glob.match(`${domain}/${secret}`));
}

function refuseCopies(
  domain: string,
  secrets: ReadonlyMap<string, string>,
  globs: readonly Bun.Glob[],
): void {
  const [outside = [], inside = []] = [false, true].map((wanted) =>
    [...secrets].filter(([secret]) => matchesAny(globs, domain, secret) === wanted),
  );
  const names = new Map(outside.map(([secret, sealed]) => [sealed, secret]));
  const copy = inside.find(([, sealed]) => names.has(sealed));
  if (!copy) return;
  throw new PprotectError(
    "invalid_store",
    `secret "${displayName(copy[0])}" in domain "${displayName(domain)}" has the sealed value of ` +
      `"${displayName(names.get(copy[1]) ?? "")}", which --only does not name`,
    "`pprotect git history` shows who put it there",
  );
}
