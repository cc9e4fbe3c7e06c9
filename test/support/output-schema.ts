import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { dereference, type Schema, Validator, validate } from "@cfworker/json-schema";

/** docs/schemas/output.schema.json. */
export const OUTPUT_SCHEMA = JSON.parse(
  readFileSync(resolve(import.meta.dir, "../../docs/schemas/output.schema.json"), "utf8"),
) as Schema & { readonly anyOf: readonly Schema[]; readonly $defs: Readonly<Record<string, Schema>> };

const lookup = dereference(OUTPUT_SCHEMA);
/** The schema with the answers of one command alone: no other has its name, as a test checks. */
const ofCommand = new Map(
  OUTPUT_SCHEMA.anyOf.map((each) => {
    const { properties } = OUTPUT_SCHEMA.$defs[each.$ref?.replace("#/$defs/", "") ?? ""] ?? {};
    return [properties?.command?.const as string, { ...OUTPUT_SCHEMA, anyOf: [each] }];
  }),
);

/** One answer to `--json`, as far as every answer is alike. */
export interface Answer {
  readonly ok: boolean;
  readonly command: string;
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is the schema's to say
  readonly result?: any;
  readonly next_actions?: readonly {
    readonly command: string;
    readonly description: string;
    readonly runnable: boolean;
  }[];
  readonly error?: { readonly code: string; readonly message: string };
  readonly fix?: string | null;
}

/** Whether a value is an answer by the schema. */
export function isAnswer(value: unknown): value is Answer {
  const { command } = value as Partial<Answer>;
  // All of them take twenty times as long, and a thousand answers are checked.
  const schema = (command !== undefined && ofCommand.get(command)) || OUTPUT_SCHEMA;
  // Whether a value is valid shows with the first error.
  return validate(value, schema, "2020-12", lookup, true).valid;
}

/**
 * Reads standard output as an answer: one line, and by the schema.
 * @throws with what is wrong
 */
export function readAnswer(stdout: string): Answer {
  if (!/^[^\n]+\n$/.test(stdout)) throw new Error(`not one line: ${JSON.stringify(stdout)}`);
  const answer: unknown = JSON.parse(stdout);
  if (isAnswer(answer)) return answer;
  const { command } = answer as Answer;
  const anyOf = [{ $ref: `#/$defs/${command.replaceAll(" ", "-")}` }];
  const { errors } = new Validator({ ...OUTPUT_SCHEMA, anyOf }, "2020-12", false).validate(answer);
  throw new Error(
    `${stdout.slice(0, 500)}\n${errors.map((each) => `${each.instanceLocation}: ${each.error}`).join("\n")}`,
  );
}
