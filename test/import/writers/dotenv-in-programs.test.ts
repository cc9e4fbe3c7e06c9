import { afterAll, describe } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needs } from "../../support/programs.ts";
import { isRightFor } from "./dotenv-cases.ts";
import { DIRENV, PYTHON_DOTENV } from "./dotenv-consumers.ts";

const folder = mkdtempSync(join(tmpdir(), "pprotect-dotenv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.if(needs("python-dotenv"))("with Python", () => isRightFor(PYTHON_DOTENV, folder));
describe.if(needs("direnv"))("with direnv", () =>
  isRightFor(DIRENV, folder, (value) => !value.includes("\n")),
);
