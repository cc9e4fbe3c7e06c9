import { wipe } from "../../crypto/bytes.ts";
import type { Grant } from "../grant.ts";
import { isRequest, MAX_BOXES, PROTOCOL_VERSION, type Refusal, type Request } from "../protocol.ts";
import { type Clock, type EndReason, isOver, remaining, type Terms, termsOf } from "../terms.ts";
import { isToken } from "../token.ts";
import type { KeyRing } from "./key-ring.ts";

/** How many requests one client may make. */
const MAX_REQUESTS = 1_000;

/** What a lease is made of. */
export interface LeaseParts {
  readonly grant: Grant;
  readonly keys: KeyRing;
  /** Empty for a lease that is not private. */
  readonly token: Uint8Array;
  readonly clock: Clock;
  /** Asked whether the program that the lease is for has ended. */
  readonly programHasEnded: () => boolean;
}

/** What is said to a client. */
export interface Answer {
  readonly header: unknown;
  /** The receiver overwrites it. */
  readonly payload?: Uint8Array;
  /** Whether it is the last. */
  readonly last?: boolean;
  /** Whether the lease ends with it. */
  readonly ends?: boolean;
}

/** One client, from its first request to its last. */
export interface Visit {
  requests: number;
  /** Whether it has opened something: that is one use of the lease, however many requests it takes. */
  counted: boolean;
}

/** What a lease knows and decides, without the sockets. */
export class Lease {
  readonly grant: Grant;
  readonly #keys: KeyRing;
  readonly #token: Uint8Array;
  readonly #clock: Clock;
  readonly #terms: Terms;
  readonly #programHasEnded: () => boolean;
  readonly #visits = new Set<Visit>();
  #used = 0;

  constructor({ grant, keys, token, clock, programHasEnded }: LeaseParts) {
    this.grant = grant;
    this.#keys = keys;
    this.#token = token;
    this.#clock = clock;
    this.#terms = termsOf(grant, clock);
    this.#programHasEnded = programHasEnded;
  }

  /** How often it was used. */
  get used(): number {
    return this.#used;
  }

  get remaining(): number {
    return remaining(this.#terms, this.#clock);
  }

  whyOver(): EndReason | undefined {
    if (isOver(this.#terms, this.#clock)) return "expired";
    // A client that was counted may have more to open.
    if (this.#isUsedUp() && ![...this.#visits].some(({ counted }) => counted)) return "used_up";
    return this.#programHasEnded() ? "program_ended" : undefined;
  }

  begin(): Visit {
    const visit = { requests: 0, counted: false };
    this.#visits.add(visit);
    return visit;
  }

  leave(visit: Visit): void {
    this.#visits.delete(visit);
  }

  /** @param request what a client sent, whatever that is */
  answer(visit: Visit, request: unknown): Answer {
    visit.requests += 1;
    if (visit.requests > MAX_REQUESTS || !isRequest(request)) return refuse("bad_request");
    switch (request.request) {
      case "describe":
        return { header: { version: PROTOCOL_VERSION, grant: this.grant, used: this.#used } };
      case "end":
        return { header: { ending: true }, last: true, ends: true };
      case "open":
        return this.#open(visit, request);
    }
  }

  /** Gives up the keys and the token: it opens nothing from then on, and they are overwritten when this returns. */
  clear(): Promise<void> {
    wipe(this.#token);
    return this.#keys.clear();
  }

  #open(visit: Visit, { token, publicKey, boxes }: Extract<Request, { request: "open" }>): Answer {
    if (this.grant.private && !isToken(token, this.#token)) return refuse("wrong_token");
    if (boxes.length > MAX_BOXES) return refuse("bad_request");
    if (this.#isUsedUp() && !visit.counted) return refuse("used_up");
    const opened = this.#keys.open(publicKey, boxes);
    if (!opened) return refuse("other_key");
    if (!visit.counted && opened.values.some((value) => typeof value === "number")) {
      visit.counted = true;
      this.#used += 1;
    }
    return { header: { values: opened.values }, payload: opened.payload };
  }

  #isUsedUp(): boolean {
    return this.grant.uses !== undefined && this.#used >= this.grant.uses;
  }
}

/** The answer to a client that gets nothing. */
export function refuse(refused: Refusal): Answer {
  return { header: { refused }, last: true };
}
