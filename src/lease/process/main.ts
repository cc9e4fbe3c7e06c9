import { readSync, writeSync } from "node:fs";
import { newBytes, wipe } from "../../crypto/bytes.ts";
import { msSinceBoot } from "../../system/boot-clock.ts";
import { errnoOf } from "../../system/file-error.ts";
import { ownProgram } from "../../system/own-program.ts";
import { openProcess } from "../../system/pidfd.ts";
import { appendToAccessLog } from "../access-log/append.ts";
import { MAX_FRAME_BYTES } from "../frame.ts";
import type { Grant } from "../grant.ts";
import { LEASE_WORD } from "../lease-word.ts";
import type { Clock, EndReason } from "../terms.ts";
import { decodeHandover, type Handover } from "./handover.ts";
import { KeyRing } from "./key-ring.ts";
import { Lease } from "./lease.ts";
import { LeaseServer } from "./lease-server.ts";
import { closeStandardStreams, sealProcess } from "./seal.ts";

/** What asks a lease to end. */
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** The second argument by which the process is the lease itself, and not what starts it. */
const HOLD = "hold";

/** How long the end of a lease may wait for the access log and for files to be removed, in ms. */
const LEAVE_MS = 5_000;

/** What else is to be done when a lease ends, such as removing the files that were written under it. */
export type AtEnd = (grant: Grant, stateDirectory: string) => Promise<void>;

/**
 * What our program does when {@link LEASE_WORD} is its first argument. First it starts itself once more and ends, so
 * that the lease is not a child of the program that it was started from; that one answers on the lease's socket.
 *
 * @param args what comes after the word
 */
export function leaseProcess(args: readonly string[], atEnd: AtEnd = async () => undefined): void {
  if (args[0] === HOLD) {
    hold(atEnd);
    return;
  }
  Bun.spawn([...ownProgram(), LEASE_WORD, HOLD], {
    stdio: ["inherit", "inherit", "ignore"],
    env: {},
    cwd: "/",
    // A session of its own, without a terminal.
    detached: true,
  }).unref();
  process.exit(0);
}

function hold(atEnd: AtEnd): void {
  try {
    sealProcess();
    serve(receive(), atEnd);
    writeSync(1, JSON.stringify({ pid: process.pid }));
  } catch (error) {
    writeSync(1, JSON.stringify({ error: error instanceof Error ? error.message : "unknown error" }));
    process.exit(1);
  }
  closeStandardStreams();
}

function serve({ grant, socket, stateDirectory, token, privateKeys }: Handover, atEnd: AtEnd): void {
  const program = grant.program && openProcess(grant.program);
  const lease = new Lease({
    grant,
    keys: KeyRing.from(grant.domains, privateKeys),
    token,
    clock: CLOCK,
    programHasEnded: () => grant.program !== undefined && (program?.hasEnded() ?? true),
  });
  const server = new LeaseServer(lease, {
    socket,
    onEnd: (reason) => void leave(lease, stateDirectory, reason, atEnd),
  });
  for (const signal of SIGNALS) process.on(signal, () => server.end("signal"));
  process.on("uncaughtException", () => server.end("failed"));
  process.on("unhandledRejection", () => server.end("failed"));
  server.listen();
}

const CLOCK: Clock = { wall: Date.now, sinceBoot: msSinceBoot };

async function leave(
  { grant, used }: Lease,
  stateDirectory: string,
  reason: EndReason,
  atEnd: AtEnd,
): Promise<void> {
  const entry = {
    action: "lease_ended",
    result: reason,
    lease: grant.id,
    client: grant.client,
    custodian: grant.custodian,
    domains: grant.domains.map(({ name, store }) => ({ store, domain: name })),
    uses: used,
  };
  // Nobody is there to be warned.
  const logged = appendToAccessLog(stateDirectory, entry).catch(() => undefined);
  // One after the other: both take the lock on the state directory.
  const cleaned = logged.then(() => atEnd(grant, stateDirectory)).catch(() => undefined);
  await Promise.race([cleaned, Bun.sleep(LEAVE_MS)]);
  process.exit(0);
}

/** All that comes through standard input, until its end. */
function receive(): Handover {
  const bytes = readToEnd(0);
  const handover = decodeHandover(bytes);
  wipe(bytes);
  return handover;
}

function readToEnd(descriptor: number): Uint8Array {
  let buffer = newBytes(64 * 1024);
  let length = 0;
  for (;;) {
    const count = readSome(descriptor, buffer.subarray(length));
    if (count === 0) return buffer.subarray(0, length);
    length += count;
    if (length > MAX_FRAME_BYTES) throw new Error("too much was handed over");
    if (length < buffer.length) continue;
    const larger = newBytes(2 * buffer.length);
    larger.set(buffer);
    wipe(buffer);
    buffer = larger;
  }
}

function readSome(descriptor: number, into: Uint8Array): number {
  for (;;) {
    try {
      return readSync(descriptor, into, 0, into.length, null);
    } catch (error) {
      // The other end may have made it non-blocking.
      if (errnoOf(error) !== "EAGAIN") throw error;
      Bun.sleepSync(1);
    }
  }
}
