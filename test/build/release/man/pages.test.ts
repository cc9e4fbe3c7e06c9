import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manPages } from "../../../../src/build/release/man/pages.ts";
import { escaped } from "../../../../src/build/release/man/roff.ts";
import { commandList } from "../../../../src/cli/argv/command-list.ts";
import { needs } from "../../../support/programs.ts";
import { runProgram } from "../../../support/run.ts";

const list = await commandList();
const pages = manPages(list, { version: "1.2.3", epoch: 1_700_000_000 });

test("there is a page of the program and one for each command", () => {
  expect([...pages.keys()]).toEqual([
    "pprotect.1",
    ...list.commands.map(({ name }) => `pprotect-${name.replaceAll(" ", "-")}.1`),
  ]);
});

test("the page of the program names each file that a project has", () => {
  for (const file of [
    ".secrets.json",
    ".pprotect.yaml",
    ".pprotectignore",
    ".pprotect-baseline.json",
    "pprotect.trust",
  ])
    expect(pages.get("pprotect.1")).toContain(escaped(file));
});

describe.if(needs("mandoc"))("mandoc", () => {
  test("finds nothing to improve", async () => {
    const directory = mkdtempSync(join(tmpdir(), "pprotect-man-"));
    try {
      for (const [name, text] of pages) writeFileSync(join(directory, name), text);
      const { status, stdout, stderr } = await runProgram(["mandoc", "-Tlint", ...pages.keys()], {
        cwd: directory,
      });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test("shows all that the help of a command says", async () => {
    for (const command of list.commands) {
      const text = await rendered(`pprotect-${command.name.replaceAll(" ", "-")}.1`);
      for (const { names, description, global } of command.options) {
        if (!global) for (const each of [...names, description]) expect(text).toContain(spoken(each));
      }
      for (const { description } of command.arguments) expect(text).toContain(spoken(description));
      for (const [, line] of command.examples ?? [])
        expect(text).toContain(line.replaceAll("$0", "pprotect"));
      // A long paragraph has several lines.
      const unbroken = text.replaceAll(/\s+/g, " ");
      for (const part of (command.details ?? "").split("\n\n")) expect(unbroken).toContain(spoken(part));
    }
  });
});

test("text that roff would act on is shown as it is", async () => {
  const hostile = manPages(
    {
      globalOptions: [],
      commands: [
        {
          ...(list.commands[0] as (typeof list.commands)[number]),
          summary: "print",
          details: ".so /etc/passwd\n\n'br \\fB\\n(.x \\\\ 'quoted' -minus",
        },
      ],
    },
    { version: "1", epoch: 0 },
  );
  const page = hostile.get(`pprotect-${list.commands[0]?.name}.1`) ?? "";
  expect(page).toContain("\\&.so /etc/passwd\n");
  expect(page).toContain("\\(aqbr \\efB\\en(.x \\e\\e \\(aqquoted\\(aq \\-minus\n");
});

/** Words in one line, as a page shows them without what marks code. */
function spoken(text: string): string {
  return text.replaceAll("`", "").replaceAll(/\s+/g, " ").trim();
}

async function rendered(name: string): Promise<string> {
  const result = await runProgram(["mandoc", "-Tutf8", "-O", "width=500"], {
    cwd: tmpdir(),
    input: pages.get(name) ?? "",
  });
  // Overstrikes are bold and italic.
  return result.stdout.replaceAll(/.\x08/gu, "").replaceAll(/[ \u00a0]+/g, " ");
}
