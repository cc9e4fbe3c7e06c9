import { decodeUtf8 } from "../../common/utf8.ts";
import { wipe } from "../../crypto/bytes.ts";

/** What a command writes, up to a limit. */
export class Collected {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns whether there is room for more */
  add(chunk: Uint8Array): boolean {
    const room = this.#limit - this.#length;
    this.#length += chunk.length;
    if (room > 0) this.#chunks.push(Uint8Array.from(chunk.subarray(0, room)));
    return this.#length <= this.#limit;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  text(): string {
    return decodeUtf8(this.bytes()) ?? "";
  }

  wipe(): void {
    for (const chunk of this.#chunks) wipe(chunk);
  }
}
