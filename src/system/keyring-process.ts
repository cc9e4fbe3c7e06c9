import { readFileSync, writeSync } from "node:fs";
import { PprotectError } from "../common/errors.ts";
import {
  findInKeyring,
  type KeyringEntry,
  type KeyringPlace,
  type KeyringReading,
  keyringFailure,
  readKeyring,
  removeFromKeyring,
  writeKeyring,
} from "./keyring.ts";
import { KEYRING_WORD } from "./keyring-word.ts";
import { ownProgram } from "./own-program.ts";
import { hardenProcess } from "./process-hardening.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What can be asked of the keyring, and what is answered. */
interface Questions {
  read: { ask: { entry: KeyringEntry; mayUnlock: boolean }; answer: KeyringReading };
  write: { ask: { entry: KeyringEntry; value: string }; answer: true };
  remove: { ask: { entry: KeyringEntry }; answer: boolean };
  find: { ask: { entries: readonly KeyringEntry[] }; answer: readonly KeyringPlace[] };
}

type Operation = keyof Questions;

/**
 * Asks the keyring in a process of its own: its libraries may wait without an end for a bus or a dialog, and nothing
 * but the end of a process stops them.
 *
 * @param limitMs after which the process is ended
 * @param environment without credentials
 * @throws PprotectError `keyring_unavailable`
 */
export async function askKeyring<Name extends Operation>(
  operation: Name,
  ask: Questions[Name]["ask"],
  { limitMs, environment }: { readonly limitMs: number; readonly environment: Environment },
): Promise<Questions[Name]["answer"]> {
  const child = Bun.spawn([...ownProgram(), KEYRING_WORD], {
    stdio: [Buffer.from(JSON.stringify({ operation, ask, limitMs })), "pipe", "ignore"],
    env: environment,
    cwd: "/",
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, limitMs);
  try {
    const [text] = await Promise.all([new Response(child.stdout).text(), child.exited]);
    if (late) throw keyringFailure(`did not answer within ${limitMs / 1000} s`);
    return answerIn(text) as Questions[Name]["answer"];
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}

function answerIn(text: string): unknown {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw keyringFailure("could not be asked");
  }
  if (typeof answer !== "object" || answer === null) throw keyringFailure("could not be asked");
  if ("answer" in answer) return answer.answer;
  const { message = "the keyring could not be asked", fix } = answer as { message?: string; fix?: string };
  throw new PprotectError("keyring_unavailable", message, fix);
}

/** What our program does when {@link KEYRING_WORD} is its first argument: one question on standard input. */
export async function answerKeyringQuestion(): Promise<never> {
  hardenProcess();
  writeSync(1, JSON.stringify(await outcomeOf(JSON.parse(readFileSync(0, "utf8")))));
  // A thread of the keyring's libraries may wait forever.
  process.exit(0);
}

async function outcomeOf({ operation, ask, limitMs }: AnyQuestion): Promise<object> {
  try {
    return { answer: await answerTo(operation, ask, limitMs) };
  } catch (error) {
    if (error instanceof PprotectError) return { message: error.message, fix: error.fix };
    return { message: `the keyring failed: ${error instanceof Error ? error.message : "unknown error"}` };
  }
}

interface AnyQuestion {
  readonly operation: Operation;
  readonly ask: Questions[Operation]["ask"];
  readonly limitMs: number;
}

async function answerTo(operation: Operation, ask: unknown, limitMs: number): Promise<unknown> {
  switch (operation) {
    case "read": {
      const { entry, mayUnlock } = ask as Questions["read"]["ask"];
      return readKeyring(entry, limitMs, mayUnlock);
    }
    case "write": {
      const { entry, value } = ask as Questions["write"]["ask"];
      await writeKeyring(entry, value, limitMs);
      return true;
    }
    case "remove":
      return removeFromKeyring((ask as Questions["remove"]["ask"]).entry, limitMs);
    case "find": {
      const places: KeyringPlace[] = [];
      for (const entry of (ask as Questions["find"]["ask"]).entries)
        places.push(await findInKeyring(entry, limitMs));
      return places;
    }
  }
}
