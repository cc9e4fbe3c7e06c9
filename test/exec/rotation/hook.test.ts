import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Hook, newValueFrom, revokeBy, verifyBy } from "../../../src/exec/rotation/hook.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const OLD = "old-value-9d2k";
const NEW = "new-value-x71q";

interface Shown {
  readonly hook: Hook;
  readonly shown: () => string;
  readonly answers: string[];
}

function hook(command: string, timeoutMs = 60_000): Shown {
  const chunks: Uint8Array[] = [];
  const environment = { PATH: process.env.PATH ?? "" };
  return {
    hook: {
      ...{ command, domain: "prod", secret: "db", directory: emptyFolder(), environment, timeoutMs },
      show: (bytes) => void chunks.push(Uint8Array.from(bytes)),
      note: (message) => void chunks.push(Buffer.from(`${message}\n`)),
    },
    shown: () => Buffer.concat(chunks).toString(),
    answers: [],
  };
}

const rotate = ({ hook: each, answers }: Shown, old = OLD): Promise<string> =>
  newValueFrom(each, old, (value) => void answers.push(value));

const fails = (message: string) =>
  expect.objectContaining({ code: "hook_failed", message: expect.stringContaining(message) });

const ANSWER = `printf '{"value":"${NEW}"}\\n'`;

describe("a command that makes a new value", () => {
  test("has neither value in what is shown, though it prints both", async () => {
    const run = hook(`old=$(cat <&3); echo "from $old to ${NEW}" >&2; ${ANSWER}`);
    expect(await rotate(run)).toBe(NEW);
    expect(run.shown()).toBe("from [REDACTED:db] to [REDACTED:db]\n");
  });

  test("has neither in it where its answer is among other lines", async () => {
    const run = hook(`${ANSWER}; sleep 0.1; echo done; echo "set ${NEW}" >&2`);
    await expect(rotate(run)).rejects.toEqual(fails("wrote more to standard output"));
    expect(run.shown()).toBe("set [REDACTED:db]\n");
  });

  test.concurrent.each([
    ["fails", `${ANSWER}; exit 3`, "failed with exit status 3"],
    ["goes on for too long", `${ANSWER}; sleep 600`, "took longer than 4 seconds"],
    [
      "goes on for too long and ignores SIGTERM",
      `trap '' TERM; ${ANSWER}; sleep 600 & wait; wait`,
      "took longer than",
    ],
    ["prints more", `${ANSWER}; sleep 0.1; echo more`, "wrote more to standard output than its answer"],
    ["prints more at once", `printf '{"value":"${NEW}"}\\nmore\\n'`, "wrote more to standard output"],
    ["printed before", `echo ALTER ROLE; ${ANSWER}`, "wrote more to standard output"],
    ["kills itself", `${ANSWER}; sleep 0.1; kill -9 $$`, "failed with exit status"],
  ])("has answered when it %s afterwards: the value may be in use", async (_, command, message) => {
    const run = hook(command, command.includes("sleep 600") ? 4_000 : 60_000);
    await expect(rotate(run)).rejects.toEqual(fails(message));
    expect(run.answers).toEqual([NEW]);
    expect(run.shown()).not.toContain(NEW);
  });

  test.each([
    ["nothing", "true", "did not answer"],
    ["no JSON", "echo '{\"value\": '", "did not answer"],
    ["another type", "echo '{\"value\": 7}'", "did not answer"],
    ["no UTF-8", 'printf \'{"value":"\\377"}\'', "did not answer"],
    ["an empty value", 'echo \'{"value":""}\'', "answered with an empty value"],
    ["the old value", `printf '{"value":"%s"}' "$(cat <&3)"`, "answered with the old value"],
    ["no Unicode", 'echo \'{"value":"\\ud800"}\'', "not valid Unicode"],
    ["17 MiB", "head -c 17825792 /dev/zero", "answered with more than 16 MiB"],
  ])("may answer with %s, which is no value", async (_, command, message) => {
    const run = hook(command);
    await expect(rotate(run)).rejects.toEqual(fails(message));
    expect(run.answers).toEqual([]);
  });

  test("may answer with a NUL character, and with 1 MiB", async () => {
    expect(await rotate(hook('echo \'{"value":"a\\u0000b"}\''))).toBe("a\0b");
    const long = await rotate(
      hook(`printf '{"value":"'; head -c 1048576 /dev/zero | tr '\\0' x; printf '"}'`),
    );
    expect(long).toBe("x".repeat(1_048_576));
    // And the old one may be as long.
    expect(await rotate(hook('n=$(wc -c <&3); echo "{\\"value\\":\\"$n\\"}"'), `${long}\0`)).toBe("1048577");
  });

  test("may leave a process behind that holds its output: it is not waited for, and ended", async () => {
    const run = hook(`(sleep 600; touch late) & ${ANSWER}`);
    const start = performance.now();
    expect(await rotate(run)).toBe(NEW);
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  test("may leave a session of its own behind that holds its output: it is not waited for", async () => {
    const run = hook(`setsid sleep 40 & ${ANSWER}`);
    const start = performance.now();
    expect(await rotate(run)).toBe(NEW);
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  test("may print without end: what is shown is bounded", async () => {
    const run = hook(`head -c 50000000 /dev/zero | tr '\\0' e >&2; ${ANSWER}`);
    expect(await rotate(run)).toBe(NEW);
    expect(run.shown().length).toBeLessThan(300_000);
  });

  test("runs where it is to", async () => {
    const run = hook(`touch here; ${ANSWER}`);
    await rotate(run);
    expect(existsSync(join(run.hook.directory ?? "", "here"))).toBe(true);
  });
});

describe("a command that tries a value", () => {
  test("has it in its variable, and its output is shown without the values, and bounded", async () => {
    const run = hook(
      'test "$DB" = new-value-x71q && echo "$DB $(cat <&3)"; head -c 1000000 /dev/zero | tr "\\0" x',
    );
    await verifyBy(run.hook, "DB", NEW, OLD);
    expect(run.shown()).toStartWith("[REDACTED:db] [REDACTED:db]\n");
    expect(run.shown()).toEndWith("(more output is not shown)\n");
    expect(run.shown().length).toBeLessThan(300_000);
  });

  test.each([
    ["a NUL character", "a\0b", "no variable can have a value with a NUL character"],
    ["1 MiB", "x".repeat(1_048_576), "the value is too long for a variable"],
  ])("cannot have %s in a variable, and says so", async (_, value, message) => {
    await expect(verifyBy(hook("true").hook, "DB", value, OLD)).rejects.toEqual(fails(message));
  });
});

test("a command that makes a value invalid has it on descriptor 3, and its output is redacted", async () => {
  const run = hook("cat <&3; exit 1");
  await expect(revokeBy(run.hook, OLD)).rejects.toEqual(fails("the revoke command"));
  expect(run.shown()).toBe("[REDACTED:db]");
});
