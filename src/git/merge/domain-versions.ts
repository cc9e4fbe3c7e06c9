import type { Domain } from "../../store/store-data.ts";
import { type StoreVersions, type VersionName, type Versions, versionsOf } from "./versions.ts";

/** A domain by name, in the three versions. */
export interface DomainVersions extends Versions<Domain> {
  readonly name: string;
}

export function domainVersions(name: string, versions: StoreVersions): DomainVersions {
  return { name, ...versionsOf(versions, ({ domains }) => domains.get(name)) };
}

/** The sealed text of one secret, in the three versions. */
export function secretTexts(domain: DomainVersions, name: string): Versions<string> {
  const text = (version: VersionName) => domain[version]?.secrets.get(name);
  return { base: text("base"), ours: text("ours"), theirs: text("theirs") };
}
