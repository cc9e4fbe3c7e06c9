const TAIL = 2;

/** A set of words that names may end with. */
export class WordEndings {
  /** The words with the same last characters, by their lengths. */
  readonly #byTail = new Map<string, Map<number, Set<string>>>();

  /** @param words each of two characters or more */
  constructor(words: readonly string[]) {
    for (const word of words) {
      const tail = word.slice(-TAIL);
      const byLength = this.#byTail.get(tail) ?? new Map<number, Set<string>>();
      this.#byTail.set(tail, byLength);
      byLength.set(word.length, (byLength.get(word.length) ?? new Set()).add(word));
    }
  }

  /** Whether a name ends with one of the words. Of most names, only the last characters are looked at. */
  end(name: string): boolean {
    const byLength = this.#byTail.get(name.slice(-TAIL));
    if (!byLength) return false;
    for (const [length, words] of byLength) {
      if (words.has(name.slice(-length))) return true;
    }
    return false;
  }
}
