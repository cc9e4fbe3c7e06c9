import { newBytes } from "../../crypto/bytes.ts";
import type { PrivateKey } from "../../crypto/x25519/private-key.ts";
import { startSecondThread } from "../../system/second-thread.ts";
import type { Result } from "./batch.ts";
import { type Handover, SharedBatches } from "./shared-batches.ts";
import { workerFile } from "./worker-file.ts";

/** The least room of a batch in bytes. It has more if there is a larger value. */
const LEAST_ROOM = 8 << 10;

/** How a second thread is used. */
export interface SecondThread {
  /** Starts it, where there can be one. @returns whether it did */
  readonly start: (handover: Handover) => boolean;
  /** ms to wait for a batch that it works on. It takes a few, without a JIT a few hundred. */
  readonly patience: number;
}

const NONE: SecondThread = { start: () => false, patience: 0 };

/**
 * Opens many sealed values, or seals their plaintexts to another key, in this thread and a second one. They have memory in common,
 * and this thread does not return to its event loop. Each works on batches that the other has not begun: without a second
 * thread, this one works on all of them.
 *
 * @param sealed base64
 * @param recipient the public key to seal to: 32 raw bytes; without it, values are only opened
 * @param take gets what became of each, in the same order; if it throws, the work ends
 */
export function workOnValues(
  sealed: readonly string[],
  { privateKey, recipient }: { readonly privateKey: PrivateKey; readonly recipient?: Uint8Array },
  take: (result: Result) => void,
  { start, patience }: SecondThread = { start: startThread, patience: 10_000 },
): void {
  const room = sealed.reduce((most, { length }) => Math.max(most, length), LEAST_ROOM);
  const handover = { memory: SharedBatches.memory(room), room, publicKey: privateKey.publicKey, recipient };
  const shared = new SharedBatches(handover);
  const work = { privateKey, recipient: recipient && { publicKey: recipient, scratch: newBytes(room) } };
  let taken = 0;
  let isLost = false;
  try {
    shared.leaveKey(privateKey);
    if (!start(handover)) shared.takeKey(privateKey.publicKey);
    for (const oldest of shared.inOrder(sealed)) {
      while (!isLost && !oldest.isDone) {
        if (oldest.workIfFilled(work) || shared.workOnAny(work)) continue;
        isLost = !oldest.waitForOther(patience);
      }
      if (isLost) break;
      taken += oldest.takeResults(recipient ? "base64" : "utf8", take);
    }
  } finally {
    shared.close(isLost ? 0 : patience);
  }
  if (isLost) workOnValues(sealed.slice(taken), { privateKey, ...(recipient && { recipient }) }, take, NONE);
}

/** Starts the second thread, unless there is only one processor. @returns whether it did */
export function startThread(handover: Handover): boolean {
  const worker = startSecondThread(workerFile(), { smol: true });
  worker?.postMessage(handover);
  return worker !== undefined;
}
