import { lstatSync } from "node:fs";
import type { Socket, UnixSocketListener } from "bun";
import { newBytes, wipe } from "../../crypto/bytes.ts";
import { msSinceBoot } from "../../system/boot-clock.ts";
import { peerOf } from "../../system/peer.ts";
import { ownUid } from "../directory.ts";
import { encodeFrame, FrameReader, MAX_FRAME_BYTES } from "../frame.ts";
import type { EndReason } from "../terms.ts";
import { type Answer, type Lease, refuse, type Visit } from "./lease.ts";

/** How many clients are served at once; another gets the answer that the lease is busy. */
const MAX_CONNECTIONS = 512;
/** How long a client may take for a request, and for reading the answer, in ms. */
const REQUEST_MS = 10_000;
/** How long a client may stay in all, in ms: what it opens meanwhile is one use of the lease. */
const VISIT_MS = 60_000;
/** How much all clients together may have sent without a request being whole, in bytes. */
const MAX_HELD_BYTES = 4 * MAX_FRAME_BYTES;
/** How often the lease looks at the clocks, its program and its socket, in ms; before each answer it looks too. */
const TICK_MS = 1_000;

interface Client {
  readonly reader: FrameReader;
  readonly visit: Visit;
  /** When it is given up, in ms since the machine was started; at the latest at `end`. */
  until: number;
  readonly end: number;
  /** What the socket has not taken yet. */
  unsent: Uint8Array;
  /** Closed as soon as all is sent. */
  closing: boolean;
}

type Connection = Socket<Client>;

export interface ServerOptions {
  /** The path; nothing may be there. */
  readonly socket: string;
  /** Called once, when the keys are overwritten. */
  readonly onEnd: (reason: EndReason) => void;
  /** Whose processes may connect; left out, those of our own user. */
  readonly uid?: number;
  /** How long a client may stay; left out, a minute. */
  readonly visitMs?: number;
}

/** Answers on a lease's socket until the lease is over. */
export class LeaseServer {
  readonly #lease: Lease;
  readonly #options: ServerOptions;
  readonly #connections = new Set<Connection>();
  #listener: UnixSocketListener<Client> | undefined;
  #inode = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(lease: Lease, options: ServerOptions) {
    this.#lease = lease;
    this.#options = options;
  }

  /** @throws Error when the socket cannot be made */
  listen(): void {
    const { socket } = this.#options;
    // The socket has its mode from the beginning: read and write for its owner.
    const umask = process.umask(0o177);
    try {
      this.#listener = Bun.listen<Client>({
        unix: socket,
        socket: {
          open: (connection) => this.#accept(connection),
          data: (connection, chunk) => this.#receive(connection, chunk),
          drain: (connection) => send(connection),
          close: (connection) => this.#forget(connection),
          error: (connection) => connection.terminate(),
        },
      });
    } finally {
      process.umask(umask);
    }
    this.#inode = lstatSync(socket).ino;
    this.#watch();
  }

  /** Ends the lease if it is over. */
  check(): void {
    const reason = this.#lease.whyOver() ?? (this.#socketIsThere() ? undefined : "unreachable");
    if (reason) this.end(reason);
  }

  /** Gives up the keys, closes the socket and removes it. */
  end(reason: EndReason): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    const cleared = this.#lease.clear();
    for (const connection of this.#connections) close(connection);
    // Should another file have taken its name, that one stays.
    if (this.#socketIsThere()) this.#listener?.stop();
    void cleared.then(() => this.#options.onEnd(reason));
  }

  #watch(): void {
    this.#timer = setTimeout(
      () => {
        this.#dropSlowClients();
        this.check();
        if (!this.#over) this.#watch();
      },
      Math.min(TICK_MS, this.#lease.remaining),
    );
  }

  #socketIsThere(): boolean {
    return lstatSync(this.#options.socket, { throwIfNoEntry: false })?.ino === this.#inode;
  }

  #accept(connection: Connection): void {
    connection.data = {
      reader: new FrameReader(),
      visit: this.#lease.begin(),
      until: msSinceBoot() + REQUEST_MS,
      end: msSinceBoot() + (this.#options.visitMs ?? VISIT_MS),
      unsent: new Uint8Array(0),
      closing: false,
    };
    this.#connections.add(connection);
    if (uidOf(connection) !== (this.#options.uid ?? ownUid())) connection.terminate();
    else if (this.#connections.size > MAX_CONNECTIONS) say(connection, refuse("busy"));
  }

  #forget(connection: Connection): void {
    const { reader, unsent, visit } = connection.data;
    reader.clear();
    wipe(unsent);
    this.#connections.delete(connection);
    this.#lease.leave(visit);
    if (visit.counted && !this.#over) this.check();
  }

  #dropSlowClients(): void {
    const now = msSinceBoot();
    for (const connection of this.#connections) {
      if (now >= connection.data.until) connection.terminate();
    }
  }

  #receive(connection: Connection, chunk: Uint8Array): void {
    if (!this.#connections.has(connection)) return;
    try {
      for (const { header } of connection.data.reader.push(chunk)) this.#answer(connection, header);
      if (this.#heldBytes() > MAX_HELD_BYTES) say(connection, refuse("busy"));
    } catch {
      say(connection, refuse("bad_request"));
    }
  }

  #heldBytes(): number {
    return [...this.#connections].reduce((sum, { data }) => sum + data.reader.held, 0);
  }

  #answer(connection: Connection, request: unknown): void {
    this.check();
    // The client sees the connection end without an answer, as the lease has.
    if (this.#over || connection.data.closing) return;
    const answer = this.#lease.answer(connection.data.visit, request);
    connection.data.until = Math.min(msSinceBoot() + REQUEST_MS, connection.data.end);
    say(connection, answer);
    if (answer.ends) this.end("ended");
  }
}

/** The user at the other end. @returns `undefined` when the system does not say */
function uidOf(connection: Connection): number | undefined {
  // The types of the runtime lag behind it.
  const descriptor = "fd" in connection && typeof connection.fd === "number" ? connection.fd : -1;
  try {
    return peerOf(descriptor).uid;
  } catch {
    return undefined;
  }
}

/** Sends an answer, now or when the socket takes more. */
function say(connection: Connection, { header, payload = new Uint8Array(0), last = false }: Answer): void {
  const client = connection.data;
  if (client.closing) return;
  client.closing = last;
  const message = encodeFrame(header, payload);
  const joined = newBytes(client.unsent.length + message.length);
  joined.set(client.unsent);
  joined.set(message, client.unsent.length);
  wipe(client.unsent, message, payload);
  client.unsent = joined;
  send(connection);
}

function send(connection: Connection): void {
  const client = connection.data;
  if (client.unsent.length > 0) {
    const sent = Math.max(0, connection.write(client.unsent));
    wipe(client.unsent.subarray(0, sent));
    client.unsent = client.unsent.subarray(sent);
  }
  if (client.unsent.length === 0 && client.closing) connection.end();
}

/** Closes a connection when what it was answered is on its way. */
function close(connection: Connection): void {
  connection.data.closing = true;
  send(connection);
}
