import { join } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { wipe } from "../crypto/bytes.ts";
import type { PrivateKey } from "../crypto/x25519/private-key.ts";
import type { Domain } from "../store/store-data.ts";
import { ownProgram } from "../system/own-program.ts";
import type { ProcessIdentity } from "../system/process-identity.ts";
import { stateDirectory } from "../system/state-directory.ts";
import { requireLeases } from "./availability.ts";
import { makeLeaseDirectory, SOCKET_SUFFIX } from "./directory.ts";
import { FrameError } from "./frame.ts";
import { checkPatterns, type Grant, leaseDomain } from "./grant.ts";
import { LEASE_WORD } from "./lease-word.ts";
import { refuseLongTtl } from "./longest.ts";
import { encodeHandover, type HeartbeatRun } from "./process/handover.ts";
import { encodeToken, leaseIdOf, newToken } from "./token.ts";

/** A domain to be leased, with the private key that its owner opened. */
export interface DomainToLease {
  readonly name: string;
  readonly domain: Domain;
  readonly privateKey: PrivateKey;
}

/** The terms of a new lease. */
export interface LeaseRequest {
  /** The store's real path. */
  readonly store: string;
  readonly domains: readonly DomainToLease[];
  /** Patterns of names; empty for everything in the domains. */
  readonly only: readonly string[];
  /** Milliseconds, more than 0. */
  readonly ttl: number;
  /** How many commands may use it; left out, any number. */
  readonly uses?: number | undefined;
  readonly client?: string | undefined;
  readonly reason?: string | undefined;
  readonly custodian: string;
  /** The program that alone may use it, and with which it ends. */
  readonly program?: (ProcessIdentity & { readonly name?: string | undefined }) | undefined;
  /** A command that is to succeed while the lease lasts, and where and with what variables it is run. */
  readonly heartbeat?: (NonNullable<Grant["heartbeat"]> & HeartbeatRun) | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A lease that was just started. */
export interface StartedLease {
  readonly grant: Grant;
  readonly pid: number;
  /** For the program's {@link LEASE_VARIABLE}; only for a lease that has a program. */
  readonly token: string | undefined;
}

/**
 * Starts a process that holds the private keys of some domains for a while.
 *
 * @param program the command that starts our own program
 * @throws PprotectError `environment` where there are no leases; `no_such_secret`, `file_error`, `usage`
 */
export async function startLease(
  request: LeaseRequest,
  program: readonly string[] = ownProgram(),
): Promise<StartedLease> {
  requireLeases();
  const token = newToken();
  const grant = grantOf(request, leaseIdOf(token));
  const socket = join(makeLeaseDirectory(request.environment), `${grant.id}${SOCKET_SUFFIX}`);
  const privateKeys = request.domains.map(({ privateKey }) => privateKey.bytes());
  const handover = encode({
    grant,
    socket,
    stateDirectory: stateDirectory(request.environment),
    token: grant.private ? token : new Uint8Array(0),
    heartbeatRun: runOf(request.heartbeat),
    privateKeys,
  });
  wipe(...privateKeys);
  const pid = await launch(program, handover);
  return { grant, pid, token: grant.private ? encodeToken(token) : undefined };
}

function grantOf(request: LeaseRequest, id: string, now = Date.now()): Grant {
  const { domains, only, store, ttl, program, uses, heartbeat } = request;
  checkPatterns(new Map(domains.map(({ name, domain }) => [name, domain])), only);
  if (!(ttl > 0) || (uses !== undefined && !(uses > 0))) {
    throw new PprotectError("usage", "a lease has to last for some time, and for one use at least");
  }
  refuseLongTtl(ttl, request.environment);
  return {
    id,
    client: request.client,
    reason: request.reason,
    custodian: request.custodian,
    domains: domains.map(({ name, domain }) => leaseDomain(name, domain, store, only)),
    since: now,
    until: now + ttl,
    uses,
    private: program !== undefined,
    heartbeat: heartbeat && { command: heartbeat.command, every: heartbeat.every, misses: heartbeat.misses },
    program: program && { pid: program.pid, started: program.started, name: program.name },
  };
}

function runOf(heartbeat: LeaseRequest["heartbeat"]): HeartbeatRun | undefined {
  return heartbeat && { directory: heartbeat.directory, environment: heartbeat.environment };
}

function encode(handover: Parameters<typeof encodeHandover>[0]): Uint8Array {
  try {
    return encodeHandover(handover);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    throw new PprotectError("usage", "the lease covers too many secrets", "unlock fewer domains at once");
  }
}

/** @returns the process id of the lease. @throws PprotectError `environment` with what it said */
async function launch(program: readonly string[], handover: Uint8Array): Promise<number> {
  const launcher = Bun.spawn([...program, LEASE_WORD], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {},
    cwd: "/",
    detached: true,
  });
  launcher.stdin.write(handover);
  await launcher.stdin.end();
  wipe(handover);
  const answer = readAnswer(await new Response(launcher.stdout).text());
  await launcher.exited;
  if (typeof answer === "number") return answer;
  throw new PprotectError("environment", `the lease's process could not be started: ${answer}`);
}

function readAnswer(text: string): number | string {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === "object" && answer !== null) {
      if ("pid" in answer && typeof answer.pid === "number") return answer.pid;
      if ("error" in answer && typeof answer.error === "string") return answer.error;
    }
  } catch {
    // It ended before it could say anything.
  }
  return "it ended at once";
}
