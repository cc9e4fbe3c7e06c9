import type { LockedPackage } from "./lock-file.ts";

/** A package that is part of an artifact. */
export interface Component extends Omit<LockedPackage, "sha512"> {
  /** SHA-512 of its tarball, in hexadecimal; not of a copy inside another package. */
  readonly sha512?: string;
  /** The licence in its package.json, an SPDX expression. */
  readonly license: string;
  readonly comment?: string;
  /** Where it is published; npm if left out. */
  readonly ecosystem?: "cargo" | "github/jedisct1";
}

/** A file of the release that contains a binary. */
export interface Artifact {
  readonly name: string;
  readonly fileName: string;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly components: readonly Component[];
}

export interface SbomParameters {
  readonly version: string;
  readonly license: string;
  /** Seconds since 1970: the time of the source, not of the build. */
  readonly epoch: number;
  readonly artifacts: readonly Artifact[];
}

/**
 * The contents of the binaries as an SPDX document: https://spdx.github.io/spdx-spec/v2.3/.
 * @returns JSON, reproducible
 */
export function sbom({ version, license, epoch, artifacts }: SbomParameters): string {
  const components = distinct(artifacts.flatMap((artifact) => artifact.components));
  const packages = [
    ...artifacts.map((artifact) => ({
      SPDXID: artifactId(artifact),
      name: artifact.name,
      versionInfo: version,
      packageFileName: artifact.fileName,
      primaryPackagePurpose: "APPLICATION",
      downloadLocation: "NOASSERTION",
      filesAnalyzed: false,
      checksums: [{ algorithm: "SHA256", checksumValue: artifact.sha256 }],
      licenseConcluded: license,
      licenseDeclared: license,
      copyrightText: "NOASSERTION",
    })),
    ...components.map(describe),
  ];
  const relationships = [
    ...artifacts.map((artifact) => relation(DOCUMENT, "DESCRIBES", artifactId(artifact))),
    ...artifacts.flatMap((artifact) =>
      artifact.components.map((each) => relation(artifactId(artifact), "CONTAINS", idOf(each))),
    ),
    ...components.flatMap((from) =>
      components
        .filter((to) => from.dependencies.includes(to.name))
        .map((to) => relation(idOf(from), "DEPENDS_ON", idOf(to))),
    ),
  ];
  const content = JSON.stringify([packages, relationships]);
  const document = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: DOCUMENT,
    name: `pprotect-${version}`,
    documentNamespace: `urn:uuid:${Bun.randomUUIDv5(content, NAMESPACE)}`,
    creationInfo: {
      created: new Date(epoch * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
      creators: [`Tool: pprotect-release-${version}`],
    },
    packages,
    relationships,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const DOCUMENT = "SPDXRef-DOCUMENT";

/** Of the names of these documents, and of nothing else. */
const NAMESPACE = "5f0f5a44-6d0c-4a53-9d5e-0d7f1c7f4e5b";

function distinct(components: readonly Component[]): readonly Component[] {
  const byId = new Map(components.map((each) => [idOf(each), each]));
  return [...byId.values()].toSorted((one, other) => (idOf(one) < idOf(other) ? -1 : 1));
}

function describe(component: Component): Record<string, unknown> {
  const { name, version, sha512, license, comment, ecosystem = "npm" } = component;
  return {
    SPDXID: idOf(component),
    name,
    versionInfo: version,
    primaryPackagePurpose: "LIBRARY",
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    ...(sha512 !== undefined && { checksums: [{ algorithm: "SHA512", checksumValue: sha512 }] }),
    licenseConcluded: "NOASSERTION",
    licenseDeclared: license,
    copyrightText: "NOASSERTION",
    externalRefs: [
      {
        referenceCategory: "PACKAGE-MANAGER",
        referenceType: "purl",
        referenceLocator: `pkg:${ecosystem}/${name.replace("@", "%40")}@${version}`,
      },
    ],
    ...(comment !== undefined && { comment }),
  };
}

function relation(spdxElementId: string, relationshipType: string, relatedSpdxElement: string) {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}

function artifactId({ name }: Artifact): string {
  return `SPDXRef-Artifact-${name}`;
}

/** An SPDX identifier: letters, digits, `.` and `-`. */
function idOf({ name, version }: Pick<LockedPackage, "name" | "version">): string {
  return `SPDXRef-Package-${name.replace(/^@/, "").replaceAll(/[^A-Za-z0-9.-]/g, "-")}-${version}`;
}
