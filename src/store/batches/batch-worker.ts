// The program of the second thread: see many-values.ts.
import { newBytes } from "../../crypto/bytes.ts";
import { type Handover, SharedBatches } from "./shared-batches.ts";

/** The thread itself. */
declare const self: { onmessage: ((event: MessageEvent<Handover>) => void) | null };

self.onmessage = ({ data }: MessageEvent<Handover>) => {
  // Without this the thread would not end, but wait for another message.
  self.onmessage = null;
  const { room, publicKey, recipient } = data;
  const shared = new SharedBatches(data);
  const privateKey = shared.takeKey(publicKey);
  if (!privateKey) return;
  const scratch = newBytes(room);
  shared.workUntilClosed({ privateKey, recipient: recipient && { publicKey: recipient, scratch } });
};
