import type { Socket } from "bun";
import { PprotectError } from "../common/errors.ts";
import { wipe } from "../crypto/bytes.ts";
import { errnoOf } from "../system/file-error.ts";
import { someoneListens } from "../system/listening.ts";
import { type Peer, peerOf, peerPidfd } from "../system/peer.ts";
import { handleOf, openProcess, type ProcessHandle } from "../system/pidfd.ts";
import { identityOf } from "../system/process-identity.ts";
import { ownUid } from "./directory.ts";
import { encodeFrame, type Frame, FrameReader } from "./frame.ts";
import { isRefused } from "./protocol.ts";

/** How long an answer may take, in ms. */
const ANSWER_MS = 10_000;

/** How long a lease that has too many clients is tried again, and how long in between at most, in ms. */
const BUSY_MS = 10_000;
const BUSY_PAUSE_MS = 100;

/** Why no lease answers at a socket. */
export type NoAnswer =
  /** There is no such socket. */
  | "missing"
  /** The socket is there, and no process listens at it. */
  | "dead"
  /** The process at the other end is another user's. */
  | "foreign"
  /** It has as many clients as it takes at once. */
  | "busy"
  /** It does not answer in time: it may be stopped. */
  | "silent"
  /** The process ended while it was asked. */
  | "ended"
  /** There are no leases where we run, as `whyNoLeases` says: it may well be there. */
  | "unavailable"
  /** What it answers is not what a lease would. */
  | "not_a_lease";

/** A lease that did not answer. */
export class NoAnswerError extends Error {
  readonly why: NoAnswer;

  constructor(why: NoAnswer) {
    super(`no answer: ${why}`);
    this.why = why;
  }
}

/** The words for it, after "the lease …". */
export function describeNoAnswer(why: NoAnswer): string {
  const words: Readonly<Record<NoAnswer, string>> = {
    missing: "has ended",
    dead: "has ended: its process was killed",
    foreign: "belongs to another user",
    busy: "has too many clients at once",
    silent: "does not answer: its process may be stopped",
    ended: "ended before it answered",
    unavailable: "cannot be reached from here",
    not_a_lease: "gave an answer that is not a lease's",
  };
  return words[why];
}

/** What to say of a lease that was meant and does not answer. */
export function noLease(id: string, why: NoAnswer, fix = "unlock again: `pprotect unlock`"): PprotectError {
  return new PprotectError("no_lease", `the lease ${id} ${describeNoAnswer(why)}`, fix);
}

/** A connection to the process of a lease. */
export class LeaseConnection {
  readonly peer: Peer;
  readonly #socket: Socket<Conversation>;

  private constructor(socket: Socket<Conversation>) {
    this.#socket = socket;
    this.peer = peerAt(socket);
  }

  /**
   * Connects and checks that the other end is a process of our own user. Nothing is sent before.
   * @throws NoAnswerError
   */
  static async to(path: string): Promise<LeaseConnection> {
    const conversation = new Conversation();
    const socket = await connect(path, conversation);
    try {
      const connection = new LeaseConnection(socket);
      if (connection.peer.uid === ownUid()) return connection;
    } catch {
      // The system does not say who it is: it may have closed the connection already.
      if (conversation.ended) throw new NoAnswerError("ended");
    }
    socket.terminate();
    throw new NoAnswerError("foreign");
  }

  /**
   * Sends a request and waits for the answer.
   *
   * @returns a frame whose payload the caller overwrites
   * @throws NoAnswerError
   */
  async ask(request: unknown, timeoutMs: number = ANSWER_MS): Promise<Frame> {
    const { data } = this.#socket;
    const answer = data.next(timeoutMs);
    data.unsent = encodeFrame(request);
    send(this.#socket);
    const frame = await answer;
    if (isRefused(frame.header) && frame.header.refused === "busy") throw new NoAnswerError("busy");
    return frame;
  }

  /**
   * The process at the other end. It is the one that made the socket, and not a later one with its number: the
   * handle is opened first, and the connection, which that process holds, is there after that.
   */
  process(): ProcessHandle | undefined {
    const direct = peerPidfd(descriptorOf(this.#socket));
    if (direct !== undefined) return handleOf(direct);
    const identity = identityOf(this.peer.pid);
    const handle = identity && openProcess(identity);
    if (!this.#socket.data.ended) return handle;
    handle?.close();
    return undefined;
  }

  /** Waits until the other end closes. @returns whether it did in time */
  closed(timeoutMs: number): Promise<boolean> {
    return this.#socket.data.closed(timeoutMs);
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** What is received on one connection, and who waits for it. */
class Conversation {
  unsent: Uint8Array = new Uint8Array(0);
  ended = false;
  readonly #reader = new FrameReader();
  readonly #frames: Frame[] = [];
  #wake: () => void = () => undefined;

  receive(chunk: Uint8Array): void {
    try {
      this.#frames.push(...this.#reader.push(chunk));
    } catch {
      this.#frames.push({ header: undefined, payload: new Uint8Array(0) });
    }
    this.#wake();
  }

  end(): void {
    this.ended = true;
    this.#reader.clear();
    this.#wake();
  }

  async next(timeoutMs: number): Promise<Frame> {
    const came = await this.#until(() => this.#frames.length > 0 || this.ended, timeoutMs);
    const frame = this.#frames.shift();
    if (frame) return frame;
    throw new NoAnswerError(came ? "ended" : "silent");
  }

  closed(timeoutMs: number): Promise<boolean> {
    return this.#until(() => this.ended, timeoutMs);
  }

  #until(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isSo()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (came: boolean): void => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve(came);
      };
      const timer = setTimeout(settle, timeoutMs, false);
      this.#wake = () => {
        if (isSo()) settle(true);
      };
    });
  }
}

const WHY_NOT_CONNECTED: Readonly<Record<string, NoAnswer>> = {
  ENOENT: "missing",
  ENOTDIR: "missing",
  ECONNREFUSED: "dead",
  EACCES: "foreign",
  // As many wait to be served as may, or it was closed before the connection was reported.
  EAGAIN: "busy",
  ECONNRESET: "busy",
};

/**
 * Does something over a connection, and again over another while the lease is busy.
 *
 * @param socket the path
 * @param busyMs for how long
 * @throws NoAnswerError, and what the action throws
 */
export async function withConnection<Result>(
  socket: string,
  action: (connection: LeaseConnection) => Promise<Result>,
  busyMs: number = BUSY_MS,
): Promise<Result> {
  const until = performance.now() + busyMs;
  for (;;) {
    let connection: LeaseConnection | undefined;
    try {
      connection = await LeaseConnection.to(socket);
      return await action(connection);
    } catch (error) {
      const isBusy = error instanceof NoAnswerError && error.why === "busy";
      if (!isBusy || performance.now() > until) throw error;
    } finally {
      connection?.close();
    }
    await Bun.sleep(Math.random() * BUSY_PAUSE_MS);
  }
}

/** How often it is tried where the connection ends without an answer, and how long after the time before, in ms. */
const MOST_TRIES = 3;
const TRY_AGAIN_MS = 20;

/**
 * Does something with a lease, and again where the connection ends without an answer: if the lease has ended, it is `missing` then.
 * @throws NoAnswerError, and what the action throws
 */
export async function againIfEnded<Result>(action: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await action();
    } catch (error) {
      const hasEnded = error instanceof NoAnswerError && error.why === "ended";
      if (!hasEnded || tries === MOST_TRIES) throw error;
    }
    await Bun.sleep(TRY_AGAIN_MS);
  }
}

async function connect(path: string, conversation: Conversation): Promise<Socket<Conversation>> {
  try {
    return await Bun.connect<Conversation>({
      unix: path,
      data: conversation,
      socket: {
        data: (socket, chunk) => socket.data.receive(chunk),
        drain: (socket) => send(socket),
        end: (socket) => socket.data.end(),
        close: (socket) => socket.data.end(),
        error: (socket) => socket.terminate(),
      },
    });
  } catch (error) {
    const why = WHY_NOT_CONNECTED[errnoOf(error)] ?? "silent";
    throw new NoAnswerError(why === "dead" && someoneListens(path) ? "busy" : why);
  }
}

function send(socket: Socket<Conversation>): void {
  const { data } = socket;
  if (data.unsent.length === 0) return;
  const sent = Math.max(0, socket.write(data.unsent));
  // A request has the lease's token in it.
  wipe(data.unsent.subarray(0, sent));
  data.unsent = data.unsent.subarray(sent);
}

function peerAt(socket: Socket<Conversation>): Peer {
  return peerOf(descriptorOf(socket));
}

/** The types of the runtime lag behind it. */
function descriptorOf(socket: object): number {
  return "fd" in socket && typeof socket.fd === "number" ? socket.fd : -1;
}
