import { decodeUtf8, encodeUtf8 } from "../common/utf8.ts";
import { concatBytes, newBytes, wipe } from "../crypto/bytes.ts";

/**
 * A message between a lease and those who talk to it: JSON, and bytes that are to stay bytes, since text cannot be
 * overwritten. On the wire: the lengths of both as big-endian 32-bit numbers, then both.
 */
export interface Frame {
  readonly header: unknown;
  readonly payload: Uint8Array;
}

const PREFIX_BYTES = 8;

/** The most that one message may have, in bytes. */
export const MAX_FRAME_BYTES = 16 << 20;

/** What was received is not a message, or is too large. */
export class FrameError extends Error {}

/** @throws FrameError when it is too large */
export function encodeFrame(header: unknown, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = encodeUtf8(JSON.stringify(header));
  if (json.length + payload.length > MAX_FRAME_BYTES) throw new FrameError("message too large");
  const prefix = new Uint8Array(PREFIX_BYTES);
  const view = new DataView(prefix.buffer);
  view.setUint32(0, json.length);
  view.setUint32(4, payload.length);
  return concatBytes(prefix, json, payload);
}

/** Puts messages together from the pieces in which they arrive. */
export class FrameReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;

  /** How many bytes are held. */
  get held(): number {
    return this.#length;
  }

  /** @returns the messages that are now whole. @throws FrameError */
  push(chunk: Uint8Array): Frame[] {
    this.#append(chunk);
    const frames: Frame[] = [];
    for (let frame = this.#take(); frame; frame = this.#take()) frames.push(frame);
    return frames;
  }

  /** Overwrites what is held. */
  clear(): void {
    wipe(this.#bytes);
    this.#length = 0;
  }

  #append(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#bytes.length) {
      const larger = newBytes(Math.max(length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      wipe(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
  }

  #take(): Frame | undefined {
    if (this.#length < PREFIX_BYTES) return undefined;
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset);
    const [jsonBytes, payloadBytes] = [view.getUint32(0), view.getUint32(4)];
    if (jsonBytes + payloadBytes > MAX_FRAME_BYTES) throw new FrameError("message too large");
    const end = PREFIX_BYTES + jsonBytes + payloadBytes;
    if (this.#length < end) return undefined;
    const json = this.#bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + jsonBytes);
    const payload = newBytes(payloadBytes);
    payload.set(this.#bytes.subarray(PREFIX_BYTES + jsonBytes, end));
    const frame = { header: parse(json), payload };
    this.#bytes.copyWithin(0, end, this.#length);
    this.#length -= end;
    wipe(this.#bytes.subarray(this.#length));
    return frame;
  }
}

function parse(json: Uint8Array): unknown {
  try {
    const text = decodeUtf8(json);
    if (text !== undefined) return JSON.parse(text);
  } catch {
    // Reported below.
  }
  throw new FrameError("message is not JSON");
}
