import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, fileError } from "../system/file-error.ts";
import { whyNoLeases } from "./availability.ts";
import {
  againIfEnded,
  type LeaseConnection,
  type NoAnswer,
  NoAnswerError,
  withConnection,
} from "./connection.ts";
import { isOwnSocket, SOCKET_SUFFIX, usableDirectories } from "./directory.ts";
import type { Grant } from "./grant.ts";
import { type Description, isDescription, PROTOCOL_VERSION } from "./protocol.ts";
import { LEASE_ID } from "./token.ts";

/** How long a lease may take to describe itself, in ms. */
const DESCRIBE_MS = 3_000;

/** {@link DESCRIBE_MS} where nobody waits for a lease in particular, as in git's hooks: one that is stopped holds up every commit. */
export const HOOK_MS = 1_000;

/** Younger sockets, in ms, are not taken for dead ones: a lease may be about to listen. */
const DEAD_AFTER_MS = 5_000;

/** A lease that answers. */
export interface LiveLease {
  readonly grant: Grant;
  readonly used: number;
  readonly socket: string;
  readonly pid: number;
}

/** A socket at which no lease answers as it should. */
export interface SilentLease {
  readonly id: string;
  readonly socket: string;
  readonly why: NoAnswer;
}

/** All leases of this user. */
export interface FoundLeases {
  /** The oldest first. */
  readonly live: readonly LiveLease[];
  readonly silent: readonly SilentLease[];
  /** Sockets of leases that were killed; see {@link removeDeadSockets}. */
  readonly dead: readonly SilentLease[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds the leases of this user, those that are for one program too. Where leases are not available, those whose sockets
 * are there do not answer.
 *
 * @param patienceMs how long each lease may take to answer, also while it is busy; left out, as long as it may otherwise
 */
export async function findLeases(environment: Environment, patienceMs?: number): Promise<FoundLeases> {
  const sockets = leaseSockets(environment);
  if (sockets.length === 0) return { live: [], silent: [], dead: [] };
  if (whyNoLeases() !== undefined) {
    const silent = sockets.map((socket) => ({ id: idOf(socket), socket, why: "unavailable" as const }));
    return { live: [], silent, dead: [] };
  }
  const found = await Promise.all(sockets.map((socket) => look(socket, patienceMs)));
  const silent = found.filter((each) => "why" in each);
  return {
    live: found.filter((each) => "grant" in each).toSorted((a, b) => a.grant.since - b.grant.since),
    silent: silent.filter(({ why }) => why !== "dead" && why !== "missing"),
    dead: silent.filter(({ why }) => why === "dead"),
  };
}

/** Where the lease of this id has its socket. @returns `undefined` when there is none */
export function socketOf(id: string, environment: Environment): string | undefined {
  return leaseSockets(environment).find((path) => idOf(path) === id);
}

/** The sockets that {@link removeDeadSockets} would remove: a new one may be of a lease that does not listen yet. */
export function deadSockets(dead: readonly SilentLease[]): readonly string[] {
  return dead.flatMap(({ socket }) => {
    const stats = lstatSync(socket, { throwIfNoEntry: false });
    return stats?.isSocket() && Date.now() - stats.ctimeMs >= DEAD_AFTER_MS ? [socket] : [];
  });
}

/** Removes the sockets of leases that were killed. @returns those that were removed */
export function removeDeadSockets(dead: readonly SilentLease[]): readonly string[] {
  const sockets = deadSockets(dead);
  // Another process may do the same.
  for (const socket of sockets) rmSync(socket, { force: true });
  return sockets;
}

/** @throws NoAnswerError */
export async function describe(
  connection: LeaseConnection,
  patienceMs: number = DESCRIBE_MS,
): Promise<Description> {
  const { header } = await connection.ask({ version: PROTOCOL_VERSION, request: "describe" }, patienceMs);
  if (isDescription(header)) return header;
  throw new NoAnswerError("not_a_lease");
}

function leaseSockets(environment: Environment): readonly string[] {
  return usableDirectories(environment).flatMap((directory) =>
    namesIn(directory)
      .filter((name) => name.endsWith(SOCKET_SUFFIX) && LEASE_ID.test(idOf(name)))
      .map((name) => join(directory, name))
      .filter((path) => isOwnSocket(path)),
  );
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    // A session that ends removes it.
    if (errnoOf(error) === "ENOENT") return [];
    throw fileError("list", directory, error);
  }
}

function idOf(socket: string): string {
  return socket.slice(socket.lastIndexOf("/") + 1, -SOCKET_SUFFIX.length);
}

async function look(socket: string, patienceMs: number | undefined): Promise<LiveLease | SilentLease> {
  const id = idOf(socket);
  try {
    const ask = async (connection: LeaseConnection): Promise<LiveLease | SilentLease> => {
      const { grant, used } = await describe(connection, patienceMs);
      // A lease says its own id; a socket of another name is not its.
      if (grant.id !== id) return { id, socket, why: "not_a_lease" };
      return { grant, used, socket, pid: connection.peer.pid };
    };
    return await againIfEnded(() => withConnection(socket, ask, patienceMs));
  } catch (error) {
    if (error instanceof NoAnswerError) return { id, socket, why: error.why };
    throw error;
  }
}
