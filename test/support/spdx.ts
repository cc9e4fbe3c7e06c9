import { Validator } from "@cfworker/json-schema";
import { fixtureBytes } from "./fixtures.ts";

/** What the tests read of an SPDX document. */
export interface SpdxDocument {
  readonly documentNamespace: string;
  readonly creationInfo: { readonly created: string };
  readonly packages: readonly {
    readonly SPDXID: string;
    readonly name: string;
    readonly versionInfo: string;
    readonly packageFileName?: string;
    readonly licenseDeclared: string;
    readonly comment?: string;
    readonly checksums?: readonly { readonly algorithm: string; readonly checksumValue: string }[];
  }[];
  readonly relationships: readonly {
    readonly spdxElementId: string;
    readonly relationshipType: string;
    readonly relatedSpdxElement: string;
  }[];
}

/**
 * Holds a document against the specification's schema, and its identifiers against each other.
 * @throws with everything that is wrong
 */
export function validSpdx(text: string): SpdxDocument {
  const schema = JSON.parse(Buffer.from(fixtureBytes("spdx", "spdx-2.3.schema.json")).toString("utf8"));
  const document = JSON.parse(text);
  const { valid, errors } = new Validator(schema, "2019-09", false).validate(document);
  if (!valid) throw new Error(errors.map((each) => `${each.instanceLocation}: ${each.error}`).join("\n"));
  const ids = ["SPDXRef-DOCUMENT", ...(document as SpdxDocument).packages.map((each) => each.SPDXID)];
  if (new Set(ids).size !== ids.length) throw new Error("an identifier stands for two elements");
  for (const { spdxElementId, relatedSpdxElement } of (document as SpdxDocument).relationships) {
    for (const id of [spdxElementId, relatedSpdxElement]) {
      if (!ids.includes(id)) throw new Error(`${id} is not in the document`);
    }
  }
  return document;
}
