import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { secretText } from "../store/domain.ts";
import { hardenProcess } from "../system/process-hardening.ts";
import { notAvailable, requireLeases } from "./availability.ts";
import { type LeaseConnection, NoAnswerError, noLease, withConnection } from "./connection.ts";
import { coverageOf, type Plan, planLeases, type WantedDomain } from "./cover.ts";
import { describe, type FoundLeases, findLeases, type LiveLease, socketOf } from "./find.ts";
import { MAX_FRAME_BYTES } from "./frame.ts";
import type { Grant } from "./grant.ts";
import { isOpened, isRefused, MAX_BOXES, PROTOCOL_VERSION } from "./protocol.ts";
import { decodeToken, LEASE_VARIABLE, leaseIdOf } from "./token.ts";

/** The most that the sealed values of one request may have, in characters: the rest of a message is small. */
const MAX_REQUEST_CHARS = MAX_FRAME_BYTES - 64 * 1024;

const UNLOCK_AGAIN = "unlock again: `pprotect unlock`";
/** In a program with a lease of its own no other lease is used: only a new start of the program helps. */
const START_AGAIN = "start the program again with a new lease: `pprotect unlock -- PROGRAM`";

/** The values of a domain by name, or the error `cannot_open` of those that its key does not open. */
type DomainValues = ReadonlyMap<string, string | PprotectError>;

/** What leases opened. */
export interface OpenedByLeases {
  /** The values of each domain that was wanted, in the same order. */
  readonly values: readonly DomainValues[];
  /** The leases that opened them, for the access log. */
  readonly leases: readonly Grant[];
}

/** No lease covers it: what comes next, such as the keyring or a question, may be tried. */
export interface NotCovered {
  readonly values?: undefined;
  /** A line for each lease that is for one of the domains and does not cover it. */
  readonly reasons: readonly string[];
}

/**
 * Opens sealed values with leases of this user, without any passphrase. In a program that was given a lease of its
 * own ({@link LEASE_VARIABLE}) only that one is used, and nothing else is to be tried when it does not answer.
 *
 * The keys stay with the leases: it is they who open.
 *
 * @param custodian use only leases that this custodian granted
 * @param found the leases of this user, where they were looked for already: one that is stopped is not waited for again
 *
 * @throws PprotectError `no_lease` when the lease has ended or ends meanwhile; `lease_refused` when the program's own
 *   lease does not cover it; `environment` where the program's own lease cannot be used
 */
export async function openWithLeases(
  wanted: readonly WantedDomain[],
  environment: Readonly<Record<string, string | undefined>>,
  custodian?: string,
  found?: FoundLeases,
): Promise<OpenedByLeases | NotCovered> {
  const token = environment[LEASE_VARIABLE];
  if (token !== undefined) return openWithOwnLease(wanted, token, environment, custodian);
  const { live, silent } = found ?? (await findLeases(environment));
  const unavailable = silent.some(({ why }) => why === "unavailable") ? notAvailable() : undefined;
  if (unavailable !== undefined) return { reasons: [unavailable] };
  const planned = planLeases(
    live.filter(({ grant }) => !grant.private && isOf(grant, custodian)),
    wanted,
  );
  if ("reasons" in planned) return planned;
  return carryOut(planned.plans, wanted, undefined);
}

function isOf(grant: Grant, custodian: string | undefined): boolean {
  return custodian === undefined || grant.custodian === custodian;
}

async function openWithOwnLease(
  wanted: readonly WantedDomain[],
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  custodian: string | undefined,
): Promise<OpenedByLeases> {
  requireLeases();
  const token = decodeToken(text);
  if (!token) {
    throw new PprotectError(
      "no_lease",
      `the environment variable ${LEASE_VARIABLE} is not the token of a lease`,
      `run without it: \`env -u ${LEASE_VARIABLE} pprotect …\``,
    );
  }
  const id = leaseIdOf(token);
  const socket = socketOf(id, environment);
  if (socket === undefined) throw noLease(id, "missing", START_AGAIN);
  const { grant, used, pid } = await answering(
    id,
    () =>
      withConnection(socket, async (connection) => ({
        ...(await describe(connection)),
        pid: connection.peer.pid,
      })),
    START_AGAIN,
  );
  if (!isOf(grant, custodian)) {
    const owner = displayName(grant.custodian);
    throw new PprotectError(
      "lease_refused",
      `the lease ${id} was granted by ${owner}, not by the user that is named`,
      START_AGAIN,
    );
  }
  for (const each of wanted) {
    const coverage = coverageOf(grant, each);
    if (!coverage.covers) throw new PprotectError("lease_refused", coverage.why, START_AGAIN);
  }
  return carryOut([{ lease: { grant, used, socket, pid }, wanted }], wanted, text);
}

async function carryOut(
  plans: readonly Plan<LiveLease>[],
  wanted: readonly WantedDomain[],
  token: string | undefined,
): Promise<OpenedByLeases> {
  hardenProcess();
  const opened = new Map<WantedDomain, DomainValues>();
  for (const { lease, wanted: domains } of plans) {
    const { id } = lease.grant;
    const values = await answering(
      id,
      () => openAt(lease, domains, token),
      token === undefined ? undefined : START_AGAIN,
    );
    for (const [index, domain] of domains.entries()) opened.set(domain, values[index] ?? new Map());
  }
  return {
    values: wanted.map((domain) => opened.get(domain) ?? new Map()),
    leases: plans.map(({ lease }) => lease.grant),
  };
}

/** Opens all of it over one connection, which is one use. */
function openAt(
  { socket, grant }: LiveLease,
  domains: readonly WantedDomain[],
  token: string | undefined,
): Promise<DomainValues[]> {
  return withConnection(socket, async (connection) => {
    const all: DomainValues[] = [];
    for (const wanted of domains) {
      const values = new Map<string, string | PprotectError>();
      for (const batch of batchesOf(grant.id, wanted)) {
        for (const [name, value] of await openBatch(connection, grant.id, batch, token))
          values.set(name, value);
      }
      all.push(values);
    }
    return all;
  });
}

async function openBatch(
  connection: LeaseConnection,
  id: string,
  { domain, publicKey, boxes }: WantedDomain,
  token: string | undefined,
): Promise<(readonly [string, string | PprotectError])[]> {
  const { header, payload } = await connection.ask({
    version: PROTOCOL_VERSION,
    request: "open",
    token,
    publicKey,
    boxes: boxes.map(([, sealed]) => sealed),
  });
  if (isRefused(header)) throw refusal(id, header.refused, `domain "${displayName(domain)}"`);
  if (!isOpened(header) || header.values.length !== boxes.length) throw new NoAnswerError("not_a_lease");
  let at = 0;
  return header.values.map((value, index) => {
    const secret = boxes[index]?.[0] ?? "";
    if (typeof value === "number") {
      const start = at;
      at += value;
      return [secret, textOrError(payload.subarray(start, at), { domain, secret })];
    }
    if (value === "cannot_open") return [secret, textOrError(undefined, { domain, secret })];
    throw refusal(id, value, `secret "${displayName(secret)}" in domain "${displayName(domain)}"`);
  });
}

function textOrError(...opened: Parameters<typeof secretText>): string | PprotectError {
  try {
    return secretText(...opened);
  } catch (error) {
    if (error instanceof PprotectError) return error;
    throw error;
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  wrong_token: "is for another program",
  used_up: "was used as often as it may be",
  other_key: "is for another key",
  other_box: "does not cover it as it is now",
};

function refusal(id: string, refused: string, what: string): PprotectError {
  const reason = REFUSALS[refused] ?? "does not understand the request";
  return new PprotectError(
    "lease_refused",
    `the lease ${id} does not open ${what}: it ${reason}`,
    UNLOCK_AGAIN,
  );
}

/** The sealed values in parts that one message holds. @throws PprotectError `lease_refused` for one that is too large */
function batchesOf(id: string, wanted: WantedDomain): WantedDomain[] {
  const batches: (readonly [string, string])[][] = [];
  let chars = 0;
  for (const box of wanted.boxes) {
    const size = box[1].length + 3;
    if (size > MAX_REQUEST_CHARS) {
      throw new PprotectError(
        "lease_refused",
        `secret "${displayName(box[0])}" in domain "${displayName(wanted.domain)}" is too large for the lease ${id}`,
        "give the passphrase to open it",
      );
    }
    const current = batches.at(-1);
    if (current && current.length < MAX_BOXES && chars + size <= MAX_REQUEST_CHARS) {
      current.push(box);
      chars += size;
    } else {
      batches.push([box]);
      chars = size;
    }
  }
  return batches.map((boxes) => ({ ...wanted, boxes }));
}

/** @throws PprotectError `no_lease` when the lease does not answer */
async function answering<Result>(id: string, ask: () => Promise<Result>, fix?: string): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof NoAnswerError ? noLease(id, error.why, fix) : error;
  }
}
