import { BASE64, DIGITS, HEX, LETTERS, LOWER, UPPER, WORD } from "../samples/sample.ts";

/** A file of the corpus. */
export interface CorpusFile {
  /** Relative to the root of a repository. */
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** A kind of leak, or of text that looks like one. */
export interface CorpusKind {
  readonly kind: string;
  /** @returns another file for each state of `draw` */
  readonly make: (draw: Draw) => CorpusFile;
}

const WORDS =
  "tiger maple river stone copper harbor winter summer falcon orchid pepper meadow thunder canyon velvet marble cobalt saffron juniper lantern voyage ember willow granite breeze timber coral onyx raven aspen delta nova pixel rocket sierra tundra zephyr bamboo cactus dragon".split(
    " ",
  );
const COMPANIES =
  "acme globex initech umbra northwind contoso bluefin redwood lumen vertex orbit quanta helio nimbus".split(
    " ",
  );
const PEOPLE = "maria jonas priya chen olga samir laura pedro aiko noah ines viktor".split(" ");
const SERVICES =
  "billing orders payments inventory auth users catalog search mailer reports shipping gateway".split(" ");
const DATABASES = "app shop crm billing analytics orders content warehouse".split(" ");
const SPECIAL = "!@#$%^&*+?~";

/** A source of made-up values: the same values for the same seed. */
export class Draw {
  #state: number;

  constructor(seed: string) {
    let hash = 2166136261;
    for (const character of seed) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
    this.#state = hash >>> 0;
  }

  /** From 0 up to, but not including, `limit`. */
  int(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  /** From `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.int(high - low + 1);
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.int(list.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }

  chars(alphabet: string, length: number): string {
    let text = "";
    for (let i = 0; i < length; i++) text += alphabet[this.int(alphabet.length)];
    return text;
  }

  hex(length: number): string {
    return this.chars(HEX, length);
  }

  digits(length: number): string {
    return this.chars(DIGITS, length);
  }

  letters(length: number): string {
    return this.chars(LETTERS, length);
  }

  /** Letters and digits. */
  mixed(length: number): string {
    return this.chars(WORD, length);
  }

  lower(length: number): string {
    return this.chars(LOWER, length);
  }

  upper(length: number): string {
    return this.chars(UPPER, length);
  }

  /** The alphabet of base64url. */
  urlSafe(length: number): string {
    return this.chars(`${WORD}-_`, length);
  }

  /** Base64 of random bytes, with padding. */
  base64(bytes: number): string {
    return Buffer.from(this.bytes(bytes)).toString("base64");
  }

  /** The alphabet of base64, any length. */
  base64Chars(length: number): string {
    return this.chars(BASE64, length);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.int(256));
  }

  uuid(): string {
    return [8, 4, 4, 4, 12].map((length) => this.hex(length)).join("-");
  }

  word(): string {
    return this.pick(WORDS);
  }

  capital(): string {
    const word = this.word();
    return word.charAt(0).toUpperCase() + word.slice(1);
  }

  company(): string {
    return this.pick(COMPANIES);
  }

  person(): string {
    return this.pick(PEOPLE);
  }

  service(): string {
    return this.pick(SERVICES);
  }

  database(): string {
    return this.pick(DATABASES);
  }

  host(): string {
    return `${this.pick(["db", "pg1", "mysql", "redis", "mail", "ldap", "api"])}.${this.company()}.internal`;
  }

  /** A password as people choose them, or as a manager generates them. No quotes, blanks, backslashes or dollar signs. */
  password(): string {
    const special = SPECIAL.replace("$", "");
    switch (this.int(8)) {
      case 0:
        return `${this.capital()}.${this.capital()}${this.between(1980, 2026)}`;
      case 1:
        return `${this.capital()}${this.between(10, 9999)}${this.chars(special, 1)}`;
      case 2:
        return `${this.word()}-${this.word()}-${this.between(10, 99)}`;
      case 3:
        return `${this.chars(LETTERS, 3)}${this.digits(2)}${this.chars(special, 1)}${this.mixed(6)}`;
      case 4:
        return this.mixed(this.between(10, 20));
      case 5:
        return `${this.capital()}${this.chars(special, 1)}${this.word()}${this.digits(2)}`;
      case 6:
        return `${this.lower(5)}${this.chars(UPPER, 4)}${this.chars(special, 2)}${this.mixed(5)}`;
      default:
        return (
          this.capital().replace(/[aeio]/, (vowel) => ({ a: "4", e: "3", i: "1", o: "0" })[vowel] ?? vowel) +
          this.chars(special, 1) +
          this.digits(3)
        );
    }
  }

  /** A key without a form of its own, as programs generate them. */
  key(): string {
    switch (this.int(5)) {
      case 0:
        return this.hex(this.pick([32, 40, 64]));
      case 1:
        return this.mixed(this.between(24, 48));
      case 2:
        return this.base64(this.pick([24, 32, 48]));
      case 3:
        return this.urlSafe(43);
      default:
        return this.lower(this.between(32, 40));
    }
  }

  /** A key of letters and digits only. */
  plainKey(): string {
    return this.int(2) === 0 ? this.hex(this.pick([32, 40, 64])) : this.mixed(this.between(24, 48));
  }

  /** The name of a variable that holds a password. */
  passwordName(): string {
    return this.pick([
      "DB_PASSWORD",
      "DATABASE_PASSWORD",
      "POSTGRES_PASSWORD",
      "MYSQL_ROOT_PASSWORD",
      "REDIS_PASSWORD",
      "SMTP_PASSWORD",
      "ADMIN_PASSWORD",
      "RABBITMQ_DEFAULT_PASS",
      "LDAP_BIND_PASSWORD",
      "MONGO_INITDB_ROOT_PASSWORD",
      "KEYSTORE_PASSWORD",
    ]);
  }

  /** The name of a variable that holds a generated key or token. */
  keyName(): string {
    return this.pick([
      "API_KEY",
      "SECRET_KEY",
      "JWT_SECRET",
      "SESSION_SECRET",
      "ACCESS_TOKEN",
      "ENCRYPTION_KEY",
      "CLIENT_SECRET",
      "WEBHOOK_SECRET",
      "AUTH_TOKEN",
      "SIGNING_KEY",
      "INTERNAL_API_TOKEN",
    ]);
  }
}

/** A kind whose files are of several forms, with text as content: a path and what is in it. */
export function variants(
  kind: string,
  of: (draw: Draw) => readonly (readonly [path: string, content: string])[],
): CorpusKind {
  return {
    kind,
    make: (draw) => {
      const [path, content] = draw.pick(of(draw));
      return { path, content: lines(content) };
    },
  };
}

export function base64(text: string | Uint8Array): string {
  return Buffer.from(text).toString("base64");
}

export function lines(...texts: readonly string[]): string {
  return `${texts.join("\n")}\n`;
}

/** `SNAKE_CASE` as `snakeCase`. */
export function camel(name: string): string {
  return name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `SNAKE_CASE` as `snake_case`, or with another separator. */
export function small(name: string, separator = "_"): string {
  return name.toLowerCase().replaceAll("_", separator);
}

const CRC = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** The last six characters of GitHub's and npm's tokens: CRC-32 of the body before it, in base 62. */
export function crcSuffix(body: string): string {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(body)) crc = (CRC[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  let left = (crc ^ 0xffffffff) >>> 0;
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  let text = "";
  for (let i = 0; i < 6; i++) {
    text = (alphabet[left % 62] ?? "") + text;
    left = Math.floor(left / 62);
  }
  return text;
}

/** One line in one of several files. */
export function oneLine(
  kind: string,
  variants: (draw: Draw) => readonly (readonly [string, string])[],
): CorpusKind {
  return {
    kind,
    make: (draw) => {
      const [path, line] = draw.pick(variants(draw));
      return { path, content: lines(line) };
    },
  };
}
