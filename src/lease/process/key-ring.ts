import { concatBytes, equalBytes, wipe } from "../../crypto/bytes.ts";
import { importPrivateKey, type PrivateKey } from "../../crypto/x25519/private-key.ts";
import { decodePublicKey, openValue } from "../../store/format/sealed-value.ts";
import { boxHash, type LeasedDomain } from "../grant.ts";
import type { Refusal } from "../protocol.ts";

interface HeldKey {
  readonly privateKey: PrivateKey;
  /** The {@link boxHash}es that it may open; left out, it may open any. */
  readonly boxes: ReadonlySet<string> | undefined;
}

/** The contents of sealed values, one after the other. */
export interface Opened {
  /** The length of each in `payload`, or why it was refused. */
  readonly values: readonly (number | Refusal)[];
  /** The receiver overwrites it. */
  readonly payload: Uint8Array;
}

/** The private keys of a lease, each under its public key: names in a store can be exchanged, keys cannot. */
export class KeyRing {
  readonly #keys: Map<string, HeldKey>;

  private constructor(keys: Map<string, HeldKey>) {
    this.#keys = keys;
  }

  /**
   * @param privateKeys 32 raw bytes for each domain, in the same order; they are overwritten
   * @throws Error when one does not belong to its public key
   */
  static from(domains: readonly LeasedDomain[], privateKeys: readonly Uint8Array[]): KeyRing {
    const held = domains.map(({ publicKey, only }, index): [string, HeldKey] => {
      const bytes = privateKeys[index] ?? new Uint8Array(0);
      const privateKey = importPrivateKey(bytes);
      wipe(bytes);
      if (!equalBytes(privateKey.publicKey, decodePublicKey(publicKey))) {
        throw new Error("a private key does not belong to its public key");
      }
      return [publicKey, { privateKey, boxes: only && new Set(only.boxes.map(([, hash]) => hash)) }];
    });
    return new KeyRing(new Map(held));
  }

  /**
   * @param publicKey of the domain, as the store writes it
   * @param boxes sealed values, as the store writes them
   * @returns `undefined` when the key is not held
   */
  open(publicKey: string, boxes: readonly string[]): Opened | undefined {
    const held = this.#keys.get(publicKey);
    if (!held) return undefined;
    const opened = boxes.map((box) => openBox(held, box));
    const contents = opened.filter((each) => typeof each !== "string");
    const payload = concatBytes(...contents);
    wipe(...contents);
    return { values: opened.map((each) => (typeof each === "string" ? each : each.length)), payload };
  }

  /**
   * Lets go of the keys, and returns when they are overwritten: by the runtime's library, as it collects them. It
   * takes two turns, since the second collection frees what the first one has found to be unused.
   */
  async clear(): Promise<void> {
    this.#keys.clear();
    for (let turn = 0; turn < 2; turn++) {
      await Bun.sleep(1);
      Bun.gc(true);
    }
  }
}

function openBox({ privateKey, boxes }: HeldKey, box: string): Uint8Array | Refusal {
  if (boxes && !boxes.has(boxHash(box))) return "other_box";
  return openValue(box, privateKey) ?? "cannot_open";
}
