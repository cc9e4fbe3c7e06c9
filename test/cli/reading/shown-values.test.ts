import { expect, test } from "bun:test";
import { type ShownNow, shownLines } from "../../../src/cli/reading/shown-values.ts";

const at = (secret: string, client: string | null, since: string): ShownNow => ({
  id: "1",
  store: "/s/protected.yaml",
  domain: "prod",
  secret,
  client,
  since,
  until: null,
  rotate: "change it",
});

test("a value that was shown several times is one line, with each client once and the last time", () => {
  const lines = shownLines([
    at("a", "ci", "2026-01-01T12:00:00Z"),
    at("b", null, "2026-01-01T12:00:00Z"),
    at("a", "ci", "2026-01-03T12:00:00Z"),
    at("a", "agent", "2026-01-02T12:00:00Z"),
  ]);
  expect(lines).toEqual([
    expect.stringMatching(/^prod\/a: shown 3 times to ci, agent, last on 2026-01-0[34] [0-9:]+: change it$/),
    expect.stringMatching(/^prod\/b: shown on 2026-01-0[12] [0-9:]+: change it$/),
  ]);
});
