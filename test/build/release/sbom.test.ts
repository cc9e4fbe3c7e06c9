import { describe, expect, test } from "bun:test";
import { type Component, sbom } from "../../../src/build/release/sbom.ts";
import { validSpdx } from "../../support/spdx.ts";

function component(name: string, dependencies: readonly string[] = []): Component {
  return { name, version: "1.0.0", sha512: "ab".repeat(64), dependencies, license: "MIT" };
}

const shared = [component("@scope/a_b", ["c"]), component("c"), component("debug", ["supports-color"])];
const PARAMETERS = {
  version: "1.2.3",
  license: "MIT",
  epoch: 1_700_000_000,
  artifacts: [
    {
      name: "pprotect-x",
      fileName: "x.tar.gz",
      sha256: "01".repeat(32),
      components: [component("bun-x"), ...shared],
    },
    {
      name: "pprotect-y",
      fileName: "y.tar.gz",
      sha256: "02".repeat(32),
      components: [component("bun-y"), ...shared],
    },
  ],
};
const text = sbom(PARAMETERS);
const document = validSpdx(text);

describe("the SBOM", () => {
  test("describes every artifact by its file and its SHA-256", () => {
    expect(
      document.relationships
        .filter((each) => each.relationshipType === "DESCRIBES")
        .map((each) => each.relatedSpdxElement),
    ).toEqual(["SPDXRef-Artifact-pprotect-x", "SPDXRef-Artifact-pprotect-y"]);
    expect(document.packages.find((each) => each.name === "pprotect-y")).toMatchObject({
      packageFileName: "y.tar.gz",
      checksums: [{ algorithm: "SHA256", checksumValue: "02".repeat(32) }],
    });
  });

  test("names each component once, with its licence, the lock file's hash and a package URL", () => {
    expect(document.packages.filter((each) => each.name === "@scope/a_b")).toEqual([
      expect.objectContaining({
        SPDXID: "SPDXRef-Package-scope-a-b-1.0.0",
        versionInfo: "1.0.0",
        licenseDeclared: "MIT",
        checksums: [{ algorithm: "SHA512", checksumValue: "ab".repeat(64) }],
        externalRefs: [
          {
            referenceCategory: "PACKAGE-MANAGER",
            referenceType: "purl",
            referenceLocator: "pkg:npm/%40scope/a_b@1.0.0",
          },
        ],
      }),
    ]);
  });

  test("says what is in which artifact, and what needs what", () => {
    const related = (id: string, type: string) =>
      document.relationships
        .filter((each) => each.spdxElementId === id && each.relationshipType === type)
        .map((each) => each.relatedSpdxElement.replace(/^SPDXRef-Package-/, ""));
    expect(related("SPDXRef-Artifact-pprotect-x", "CONTAINS")).toEqual([
      "bun-x-1.0.0",
      "scope-a-b-1.0.0",
      "c-1.0.0",
      "debug-1.0.0",
    ]);
    expect(related("SPDXRef-Package-scope-a-b-1.0.0", "DEPENDS_ON")).toEqual(["c-1.0.0"]);
    expect(related("SPDXRef-Package-debug-1.0.0", "DEPENDS_ON")).toEqual([]);
  });

  test("is the same for the same release, dated by its source, and another for another", () => {
    expect(sbom(PARAMETERS)).toBe(text);
    expect(document.creationInfo.created).toBe("2023-11-14T22:13:20Z");
    const other = validSpdx(sbom({ ...PARAMETERS, artifacts: PARAMETERS.artifacts.slice(1) }));
    expect(other.documentNamespace).not.toBe(document.documentNamespace);
  });

  test("would not pass with a property or a relationship that the specification does not have", () => {
    const wrong = (change: (each: Record<string, unknown>) => void): (() => unknown) => {
      const changed = JSON.parse(text);
      change(changed);
      return () => validSpdx(JSON.stringify(changed));
    };
    expect(wrong((each) => Object.assign(each, { colour: "red" }))).toThrow("colour");
    expect(
      wrong((each) => (each.relationships = [{ ...document.relationships[0], relationshipType: "LIKES" }])),
    ).toThrow("relationshipType");
    expect(wrong((each) => (each.packages = []))).toThrow("is not in the document");
  });
});
