import { equalBytes, newBytes, wipe } from "../../crypto/bytes.ts";
import { importPrivateKey, type PrivateKey } from "../../crypto/x25519/private-key.ts";
import { X25519_KEY_BYTES } from "../../crypto/x25519/x25519.ts";
import { BATCH_WORDS, Batch, type Work } from "./batch.ts";

/** The number of batches: enough that neither thread waits for the other, even if that has to wait for a processor. */
const BATCHES = 16;

/** The words (32 bits) before all batches: a number that changes when there is something to do, and whether all is done. */
const SIGNALS = 0;
const CLOSED = 1;
const HEAD_WORDS = 2;

/** The memory: words, a private key, and the values and results of each batch. */
const ALL_WORDS = HEAD_WORDS + BATCHES * BATCH_WORDS;
const KEY_START = ALL_WORDS * Int32Array.BYTES_PER_ELEMENT;
const BATCHES_START = KEY_START + X25519_KEY_BYTES;

/** What the second thread gets. The private key is in the memory. */
export interface Handover {
  /** From {@link SharedBatches.memory}. */
  readonly memory: SharedArrayBuffer;
  /** Bytes of a batch for its values, and again for the results. */
  readonly room: number;
  /** The public key that belongs to the private key: 32 raw bytes. */
  readonly publicKey: Uint8Array;
  /** The public key that the plaintexts are sealed to, if they are: 32 raw bytes. */
  readonly recipient: Uint8Array | undefined;
}

/** The batches that two threads work on. One of them fills them and takes the results, in the same order. */
export class SharedBatches {
  readonly #memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #key: Uint8Array;
  readonly #batches: readonly Batch[];

  /** @param room bytes of each batch for its values, and again for the results */
  static memory(room: number): SharedArrayBuffer {
    return new SharedArrayBuffer(BATCHES_START + BATCHES * 2 * room);
  }

  constructor({ memory, room }: Pick<Handover, "memory" | "room">) {
    this.#memory = memory;
    this.#words = new Int32Array(memory, 0, ALL_WORDS);
    this.#key = new Uint8Array(memory, KEY_START, X25519_KEY_BYTES);
    this.#batches = Array.from({ length: BATCHES }, (_, at) => {
      const words = HEAD_WORDS + at * BATCH_WORDS;
      const values = BATCHES_START + at * 2 * room;
      return new Batch(
        this.#words.subarray(words, words + BATCH_WORDS),
        new Uint8Array(memory, values, room),
        new Uint8Array(memory, values + room, room),
      );
    });
  }

  /** Leaves a private key for the other thread. */
  leaveKey(privateKey: PrivateKey): void {
    const bytes = privateKey.bytes();
    this.#key.set(bytes);
    wipe(bytes);
  }

  /**
   * Takes the private key that was left, and overwrites it.
   * @param publicKey the public key that belongs to it: 32 raw bytes
   * @returns `undefined` when it is gone, because all is done
   */
  takeKey(publicKey: Uint8Array): PrivateKey | undefined {
    const bytes = newBytes(X25519_KEY_BYTES);
    bytes.set(this.#key);
    wipe(this.#key);
    const privateKey = importPrivateKey(bytes);
    wipe(bytes);
    return equalBytes(privateKey.publicKey, publicKey) ? privateKey : undefined;
  }

  /** Fills batches with sealed values (base64), for both threads, and gives each batch again in order, to take its results. */
  *inOrder(sealed: readonly string[]): Generator<Batch> {
    let next = 0;
    let filled = 0;
    for (let emptied = 0; emptied < filled || next < sealed.length; emptied++) {
      while (next < sealed.length && filled - emptied < BATCHES) {
        next = this.#batchAt(filled++).fill(sealed, next);
        this.#signal();
      }
      yield this.#batchAt(emptied);
    }
  }

  /** Works on a batch that is filled and that the other thread has not begun. @returns whether there was one */
  workOnAny(work: Work): boolean {
    return this.#batches.some((batch) => batch.workIfFilled(work));
  }

  /** Works on one batch after another, as soon as they are filled, until {@link close}. */
  workUntilClosed(work: Work): void {
    for (;;) {
      const signals = Atomics.load(this.#words, SIGNALS);
      if (this.workOnAny(work)) continue;
      if (Atomics.load(this.#words, CLOSED) === 1) return;
      Atomics.wait(this.#words, SIGNALS, signals);
    }
  }

  /** Ends the other thread's work, and overwrites everything. @param patience ms to wait for the batches that it works on */
  close(patience: number): void {
    for (const batch of this.#batches) batch.withdraw(patience);
    Atomics.store(this.#words, CLOSED, 1);
    this.#signal();
    wipe(new Uint8Array(this.#memory, KEY_START));
  }

  #batchAt(count: number): Batch {
    return this.#batches[count % BATCHES] as Batch;
  }

  #signal(): void {
    Atomics.add(this.#words, SIGNALS, 1);
    Atomics.notify(this.#words, SIGNALS);
  }
}
