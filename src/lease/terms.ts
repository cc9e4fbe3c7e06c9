import type { Grant } from "./grant.ts";

/** The two clocks that bound a lease, in milliseconds. */
export interface Clock {
  /** Since 1970; setting the date changes it. */
  wall(): number;
  /** Since the machine was started, the time that it was suspended included. */
  sinceBoot(): number;
}

/** Why a lease ended. */
export type EndReason =
  /** By either clock. */
  | "expired"
  /** It was used as often as it may be. */
  | "used_up"
  /** `lock`, `revoke`. */
  | "ended"
  /** SIGTERM, SIGINT or SIGHUP. */
  | "signal"
  /** The program that it was for. */
  | "program_ended"
  /** The command that was to succeed has failed. */
  | "heartbeat"
  /** Its socket was removed. */
  | "unreachable"
  /** A defect of pprotect. */
  | "failed";

/** When a lease is over by each clock. */
export interface Terms {
  readonly wallUntil: number;
  readonly bootUntil: number;
}

/**
 * The terms of a lease that starts now. The wall clock alone would let the date be set back, the other alone lets
 * no one see when the lease ends.
 */
export function termsOf({ since, until }: Pick<Grant, "since" | "until">, clock: Clock): Terms {
  return { wallUntil: until, bootUntil: clock.sinceBoot() + (until - since) };
}

export function isOver({ wallUntil, bootUntil }: Terms, clock: Clock): boolean {
  return clock.wall() >= wallUntil || clock.sinceBoot() >= bootUntil;
}

/** Milliseconds until the first of the two clocks ends it; at least 0. */
export function remaining({ wallUntil, bootUntil }: Terms, clock: Clock): number {
  return Math.max(0, Math.min(wallUntil - clock.wall(), bootUntil - clock.sinceBoot()));
}
