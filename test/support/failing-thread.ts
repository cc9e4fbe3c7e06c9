// The program of a second thread that takes a batch and never gives it back, or fails.
import { type Handover, SharedBatches } from "../../src/store/batches/shared-batches.ts";

export type Failure = "blocks" | "throws";

export interface FailingHandover extends Handover {
  readonly failure: Failure;
  /** A word that becomes 1 when it fails. */
  readonly failed: SharedArrayBuffer;
}

declare const self: { onmessage: ((event: MessageEvent<FailingHandover>) => void) | null };

self.onmessage = ({ data }) => {
  self.onmessage = null;
  const privateKey = {
    publicKey: data.publicKey,
    bytes: () => new Uint8Array(32),
    agree: () => new Uint8Array(32),
    openBox: () => {
      Atomics.store(new Int32Array(data.failed), 0, 1);
      if (data.failure === "throws") throw new Error("of the second thread");
      // Longer than the test.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
      return undefined;
    },
  };
  new SharedBatches(data).workUntilClosed({ privateKey, recipient: undefined });
};
