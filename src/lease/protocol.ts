import * as t from "typanion";
import { isGrant } from "./grant.ts";

/** The version of the messages between a lease and its clients. A lease outlives an update of the program. */
export const PROTOCOL_VERSION = 1;

/** The most sealed values that one message may ask for: others wait while they are opened. */
export const MAX_BOXES = 500;

/** What a client may ask of a lease. */
export const isRequest = t.isOneOf(
  [
    /** What it covers. */
    t.isObject({ version: t.isLiteral(PROTOCOL_VERSION), request: t.isLiteral("describe") }),
    /** Opens sealed values: those of one domain, by its public key. */
    t.isObject({
      version: t.isLiteral(PROTOCOL_VERSION),
      request: t.isLiteral("open"),
      token: t.isOptional(t.isString()),
      publicKey: t.isString(),
      boxes: t.isArray(t.isString()),
    }),
    t.isObject({ version: t.isLiteral(PROTOCOL_VERSION), request: t.isLiteral("end") }),
  ],
  { exclusive: true },
);

export type Request = t.InferType<typeof isRequest>;

/** Why a lease refuses a request, or one sealed value of it. */
export type Refusal =
  /** It speaks another version, or the request is not one. */
  | "bad_request"
  /** It has as many clients as it takes at once. */
  | "busy"
  /** It is private, and the token is missing or wrong. */
  | "wrong_token"
  /** It was used as often as it may be. */
  | "used_up"
  /** It does not hold the private key of this public key. */
  | "other_key"
  /** It is limited to names, and this sealed value was under none of them at the grant. */
  | "other_box"
  /** The key does not open the sealed value. */
  | "cannot_open";

export const isDescription = t.isObject({
  version: t.isLiteral(PROTOCOL_VERSION),
  grant: isGrant,
  /** How often it was used so far. */
  used: t.isNumber(),
});

export type Description = Readonly<t.InferType<typeof isDescription>>;

export const isRefused = t.isObject({ refused: t.isString() });

/** For each sealed value the length of its content in the payload, which has one after the other; or the refusal. */
export const isOpened = t.isObject({ values: t.isArray(t.isOneOf([t.isNumber(), t.isString()])) });

export const isEnding = t.isObject({ ending: t.isLiteral(true) });
