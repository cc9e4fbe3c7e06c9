/** The open quotation at a place of a line. */
export type Quote = "" | "'" | '"';

/** A word of a line with its quoting undone. */
export interface LexedWord {
  readonly text: string;
  /** Whether it is the target of a redirection. */
  readonly redirected: boolean;
}

/** Replaces what bash would expand: no name contains it. */
const UNKNOWN = "\0";

/** Splits a line of bash into words, character by character. It expands nothing. */
export class BashLexer {
  readonly words: LexedWord[] = [];
  /** The quotation that is open. */
  quote: Quote;
  /** The word that has not ended yet. */
  #text: string | undefined;
  #redirecting = false;
  /** How much of the word is before its last break, and before its last quotation. */
  #broken = 0;
  #quoted = 0;
  readonly #breaks: string;

  /**
   * @param breaks bash's COMP_WORDBREAKS
   * @param within the quotation in which the line begins
   */
  constructor(breaks: string, within: Quote = "") {
    this.#breaks = breaks;
    this.quote = within;
    this.#text = within === "" ? undefined : "";
  }

  /** The last word, which may go on. */
  get open(): LexedWord | undefined {
    return this.#text === undefined ? undefined : { text: this.#text, redirected: this.#redirecting };
  }

  /** Whether the next word is the target of a redirection. */
  get redirecting(): boolean {
    return this.#redirecting;
  }

  /** How much of the open word readline leaves unchanged. */
  get kept(): number {
    return this.quote === "" ? this.#broken : this.#quoted;
  }

  read(line: string): this {
    for (let at = 0; at < line.length; ) at += this.#step(line.charAt(at), line.charAt(at + 1));
    return this;
  }

  /** @returns how many characters it took */
  #step(char: string, next: string): number {
    if (this.quote !== "") return this.#inQuotes(char, next);
    if (/[ \t\n|;&()]/.test(char)) this.#end();
    else if (/[<>]/.test(char)) this.#redirect();
    else return this.#inWord(char, next);
    // What follows in the same operator, as in `>|` and `>&`, belongs to it.
    return /[<>]/.test(char) && /[&|]/.test(next) ? 2 : 1;
  }

  #inQuotes(char: string, next: string): number {
    if (char === this.quote) this.quote = "";
    else if (this.quote === '"' && char === "\\" && /["$`\\]/.test(next)) {
      this.#text += next;
      return 2;
    } else this.#text += this.quote === '"' && /[$`]/.test(char) ? UNKNOWN : char;
    return 1;
  }

  #inWord(char: string, next: string): number {
    this.#text ??= "";
    if (char === "\\") {
      this.#text += next;
      return 2;
    }
    if (char === "'" || char === '"') {
      this.quote = char;
      this.#quoted = this.#text.length;
      return 1;
    }
    this.#text += /[$`]/.test(char) ? UNKNOWN : char;
    // At `@` it begins a host's name, and takes the mark with it.
    if (this.#breaks.includes(char)) this.#broken = this.#text.length - (char === "@" ? 1 : 0);
    return 1;
  }

  #redirect(): void {
    // A number right before it is a file descriptor, not a word.
    if (/^\d+$/.test(this.#text ?? "")) this.#text = undefined;
    this.#end();
    this.#redirecting = true;
  }

  #end(): void {
    if (this.open) {
      this.words.push(this.open);
      this.#redirecting = false;
    }
    this.#text = undefined;
    this.#broken = 0;
  }
}
