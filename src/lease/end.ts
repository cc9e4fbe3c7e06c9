import { rmSync } from "node:fs";
import type { ProcessHandle } from "../system/pidfd.ts";
import { notAvailable } from "./availability.ts";
import {
  againIfEnded,
  describeNoAnswer,
  type LeaseConnection,
  type NoAnswer,
  NoAnswerError,
  withConnection,
} from "./connection.ts";
import { isOwnSocket } from "./directory.ts";
import type { FoundLeases, LiveLease } from "./find.ts";
import { isEnding, PROTOCOL_VERSION } from "./protocol.ts";

/** How long a lease may take to end when it is asked, in ms, and when it is killed. */
const ASKED_MS = 3_000;
const KILLED_MS = 3_000;
const POLL_MS = 10;

/** Which leases to end. */
export type LeaseChoice =
  | { readonly by: "all" }
  | { readonly by: "id"; readonly id: string }
  | { readonly by: "client"; readonly client: string }
  /** The real path that the store had at the grant. */
  | { readonly by: "store"; readonly store: string }
  /** The name that the domain had at the grant. */
  | { readonly by: "domain"; readonly domain: string };

/** A lease's socket, and the lease if it answers. */
export interface ChosenLease {
  readonly id: string;
  readonly socket: string;
  readonly lease?: LiveLease;
}

/** What became of a lease that was to end. */
export interface Ending {
  readonly id: string;
  readonly outcome: "ended" | "killed" | "failed";
  /** Why it failed. */
  readonly problem?: string;
}

/**
 * The leases that a choice means. One that does not answer says neither its client nor its domains: it is meant by
 * its id and by `all`, and by every other choice too, since it may be the one that was to end.
 */
export function chosenLeases({ live, silent }: FoundLeases, choice: LeaseChoice): readonly ChosenLease[] {
  const answering = live
    .filter((lease) => isMeant(lease, choice))
    .map((lease): ChosenLease => ({ id: lease.grant.id, socket: lease.socket, lease }));
  const others = silent
    .filter(({ id, why }) => CANNOT_SAY.includes(why) && (choice.by !== "id" || choice.id === id))
    .map(({ id, socket }): ChosenLease => ({ id, socket }));
  return [...answering, ...others];
}

/** Why a lease does not say what it is. */
const CANNOT_SAY: readonly NoAnswer[] = ["silent", "busy", "ended", "unavailable"];

function isMeant({ grant }: LiveLease, choice: LeaseChoice): boolean {
  switch (choice.by) {
    case "all":
      return true;
    case "id":
      return grant.id === choice.id;
    case "client":
      return grant.client === choice.client;
    case "store":
      return grant.domains.some(({ store }) => store === choice.store);
    case "domain":
      return grant.domains.some(({ name }) => name === choice.domain);
  }
}

/**
 * Ends leases: each is asked to, and killed when it does not.
 * @returns an outcome for each, in the same order; it throws for none of them, so that one failure stops no other
 */
export function endLeases(chosen: readonly ChosenLease[], askedMs: number = ASKED_MS): Promise<Ending[]> {
  return Promise.all(
    chosen.map(async ({ id, socket }): Promise<Ending> => {
      try {
        return { id, outcome: await endAt(socket, askedMs) };
      } catch (error) {
        return { id, outcome: "failed", problem: problemOf(error) };
      }
    }),
  );
}

function problemOf(error: unknown): string {
  if (error instanceof NoAnswerError) return notAvailable() ?? `it ${describeNoAnswer(error.why)}`;
  return error instanceof Error ? error.message : "unknown error";
}

async function endAt(socket: string, askedMs: number): Promise<"ended" | "killed"> {
  try {
    return await againIfEnded(() =>
      withConnection(socket, (connection) => endOver(connection, socket, askedMs)),
    );
  } catch (error) {
    if (error instanceof NoAnswerError && (error.why === "missing" || error.why === "dead")) return "ended";
    throw error;
  }
}

async function endOver(
  connection: LeaseConnection,
  socket: string,
  askedMs: number,
): Promise<"ended" | "killed"> {
  const process = connection.process();
  try {
    if (!process) return "ended";
    if ((await hasAgreed(connection, askedMs)) && (await hasEnded(process, askedMs))) return "ended";
    process.signal("SIGKILL");
    if (!(await hasEnded(process, KILLED_MS))) throw new Error("its process does not end");
    if (isOwnSocket(socket)) rmSync(socket, { force: true });
    return "killed";
  } finally {
    process?.close();
  }
}

async function hasAgreed(connection: LeaseConnection, timeoutMs: number): Promise<boolean> {
  try {
    const { header } = await connection.ask({ version: PROTOCOL_VERSION, request: "end" }, timeoutMs);
    return isEnding(header);
  } catch (error) {
    // One that is busy or silent is killed.
    if (error instanceof NoAnswerError) return error.why === "ended";
    throw error;
  }
}

async function hasEnded(process: ProcessHandle, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (!process.hasEnded()) {
    if (performance.now() > until) return false;
    await Bun.sleep(POLL_MS);
  }
  return true;
}
