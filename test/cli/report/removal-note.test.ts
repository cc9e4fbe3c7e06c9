import { expect, test } from "bun:test";
import { removalNote } from "../../../src/cli/report/removal-note.ts";

test("the note on a former owner has a whole command for each domain", () => {
  expect(removalNote("bob@example.com", ["dev", "my domain"])).toBe(
    "Note: bob@example.com can still decrypt dev, my domain, from this revision of the file and all earlier ones. " +
      "Next: `pprotect rotate-domain-keys dev`, `pprotect rotate-domain-keys 'my domain'`, and change the values.",
  );
});

test("its commands name the store that --file names", () => {
  expect(removalNote("bob@example.com", ["dev"], "a b.yaml")).toContain(
    "`pprotect --file 'a b.yaml' rotate-domain-keys dev`",
  );
});

test("the name of a domain adds no line to the note", () => {
  expect(removalNote("bob@example.com", ["dev\npprotect: all is well"])).not.toContain("\n");
});

test("a domain that looks like an option comes after --", () => {
  expect(removalNote("bob@example.com", ["-x"])).toContain("`pprotect rotate-domain-keys -- -x`");
});
