/**
 * A copy of a text with memory of its own. A part that was cut out of a long text otherwise keeps all of it in memory:
 * fatal where a few bytes of each of many files are kept.
 */
export function ownText(part: string): string {
  return JSON.parse(JSON.stringify(part)) as string;
}

/** Copies of texts, one for all that are equal. */
export class OwnTexts {
  readonly #texts = new Map<string, string>();

  of(part: string): string {
    const known = this.#texts.get(part);
    if (known !== undefined) return known;
    const own = ownText(part);
    this.#texts.set(own, own);
    return own;
  }
}
