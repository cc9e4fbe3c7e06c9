import type { Entry } from "../entry.ts";

/** One object, in the order given: an object of JavaScript would put names like `1` first, and lose `__proto__`. */
export function writeJson(entries: readonly Entry[]): string {
  let text = "";
  emitJson(entries, (piece) => {
    text += piece;
  });
  return text;
}

/** {@link writeJson} in pieces, of which there may be very many. */
export function emitJson(entries: readonly Entry[], emit: (piece: string) => void): void {
  emit("{");
  let separator = "\n  ";
  for (const { name, value } of entries) {
    emit(separator);
    emitString(name, emit);
    emit(": ");
    emitString(value, emit);
    separator = ",\n  ";
  }
  emit(entries.length === 0 ? "}\n" : "\n}\n");
}

/** What JSON writes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Most texts are emitted as they are: escaped ones would be garbage, as long as what is written. */
function emitString(text: string, emit: (piece: string) => void): void {
  if (PLAIN.test(text)) {
    emit('"');
    emit(text);
    emit('"');
  } else emit(JSON.stringify(text));
}
