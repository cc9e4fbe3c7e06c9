import * as t from "typanion";
import { bufferOf } from "../../common/buffer-of.ts";
import { Collected } from "./collected.ts";

/** Bytes: more than any value has that a store is for, in JSON. */
const MAX_ANSWER = 16 * 1024 * 1024;

const isAnswer = t.isObject({ value: t.isString() }, { extra: t.isUnknown() });

/** The standard output of a command that makes a new value: a line of JSON, `{"value": "…"}`. */
export class HookAnswer {
  readonly #written = new Collected(MAX_ANSWER);
  readonly #oldValue: string;
  readonly #onValue: (value: string) => void;
  #early: string | undefined;

  /** @param onValue called with a value as soon as it is known, if it can be used */
  constructor(oldValue: string, onValue: (value: string) => void) {
    this.#oldValue = oldValue;
    this.#onValue = onValue;
  }

  /** @returns whether there is room for more */
  add(chunk: Uint8Array): boolean {
    if (!this.#written.add(chunk)) return false;
    if (this.#early === undefined && endsObject(chunk)) {
      this.#early = parsed(this.#written.text());
      this.#take(this.#early);
    }
    return true;
  }

  /**
   * Takes what was written in all, and wipes it.
   *
   * @returns `value` if all of it is one answer; `hasOther` if an answer is among other lines; `values`: whatever in it may be
   *   a value, for redaction
   */
  end(): {
    readonly value: string | undefined;
    readonly hasOther: boolean;
    readonly values: readonly string[];
  } {
    const text = this.#written.text();
    this.#written.wipe();
    const value = parsed(text);
    const among = value === undefined ? answersAmong(text) : [value];
    const last = among.at(-1);
    if (last !== this.#early) this.#take(last);
    const values = [this.#early ?? "", ...among, ...(last === undefined ? [text.trim()] : [])];
    return {
      value,
      hasOther: value === undefined && last !== undefined,
      values: values.filter((each) => each !== ""),
    };
  }

  #take(value: string | undefined): void {
    const isUsable = value !== undefined && value !== "" && value !== this.#oldValue && value.isWellFormed();
    if (isUsable) this.#onValue(value);
  }
}

/** Whether JSON may end here. */
function endsObject(chunk: Uint8Array): boolean {
  return bufferOf(chunk).toString("latin1").trimEnd().endsWith("}");
}

function parsed(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return isAnswer(answer) ? answer.value : undefined;
  } catch {
    return undefined;
  }
}

/** What a command answered that also writes other lines, such as those of the program that changed the value. */
function answersAmong(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => parsed(line) ?? []);
}
