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
import { decodeHandover, type Handover, type HeartbeatRun } from "./handover.ts";
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

/** Other work of the process of a lease. */
export interface LeaseTasks {
  /** Runs when it ends, such as removing the files that were written under it. */
  atEnd(grant: Grant, stateDirectory: string): Promise<void>;
  /** Runs a heartbeat's command again and again. Returns when it has failed as often as it may. */
  watch(
    heartbeat: Heartbeat,
    run: HeartbeatRun,
    onMiss: (misses: number) => void,
    stop: AbortSignal,
  ): Promise<void>;
}

type Heartbeat = NonNullable<Grant["heartbeat"]>;

/**
 * What our program does when {@link LEASE_WORD} is its first argument. First it starts itself once more and ends, so
 * that the lease is not a child of the program that it was started from; that one answers on the lease's socket.
 *
 * @param args what comes after the word
 */
export function leaseProcess(args: readonly string[], tasks: LeaseTasks): void {
  if (args[0] === HOLD) {
    hold(tasks);
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

function hold(tasks: LeaseTasks): void {
  try {
    sealProcess();
    serve(receive(), tasks);
    writeSync(1, JSON.stringify({ pid: process.pid }));
  } catch (error) {
    writeSync(1, JSON.stringify({ error: error instanceof Error ? error.message : "unknown error" }));
    process.exit(1);
  }
  closeStandardStreams();
}

function serve(handover: Handover, tasks: LeaseTasks): void {
  const { grant, socket, stateDirectory, token, privateKeys } = handover;
  const stop = new AbortController();
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
    onEnd(reason) {
      stop.abort();
      void leave(lease, stateDirectory, reason, tasks);
    },
  });
  for (const signal of SIGNALS) process.on(signal, () => server.end("signal"));
  process.on("uncaughtException", () => server.end("failed"));
  process.on("unhandledRejection", () => server.end("failed"));
  server.listen();
  if (grant.heartbeat)
    void watch(grant.heartbeat, handover, tasks, stop.signal).then((why) => server.end(why));
}

/** @returns why the lease is to end */
async function watch(
  heartbeat: Heartbeat,
  { grant, stateDirectory, heartbeatRun }: Handover,
  tasks: LeaseTasks,
  stop: AbortSignal,
): Promise<EndReason> {
  if (!heartbeatRun) return "failed";
  const entries: Promise<void>[] = [];
  const log = (misses: number): void => {
    const { id: lease, client, custodian } = grant;
    const entry = { action: "heartbeat_missed", result: String(misses), lease, client, custodian };
    entries.push(appendToAccessLog(stateDirectory, entry).catch(() => undefined));
  };
  await tasks.watch(heartbeat, heartbeatRun, log, stop);
  await Promise.all(entries);
  return "heartbeat";
}

const CLOCK: Clock = { wall: Date.now, sinceBoot: msSinceBoot };

async function leave(
  { grant, used }: Lease,
  stateDirectory: string,
  reason: EndReason,
  tasks: LeaseTasks,
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
  const cleaned = logged.then(() => tasks.atEnd(grant, stateDirectory)).catch(() => undefined);
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
