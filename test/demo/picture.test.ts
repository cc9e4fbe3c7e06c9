import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { picture } from "./picture.ts";
import { recordTour } from "./record.ts";

const ROOT = resolve(import.meta.dir, "../..");

test("docs/demo.svg shows what the demonstration prints; `npm run demo:picture` draws it", () => {
  expect(picture([...recordTour()])).toBe(readFileSync(resolve(ROOT, "docs/demo.svg"), "utf8"));
});
