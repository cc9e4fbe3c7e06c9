import * as t from "typanion";
import { concatBytes } from "../../crypto/bytes.ts";
import { X25519_KEY_BYTES } from "../../crypto/x25519/x25519.ts";
import { encodeFrame, FrameReader } from "../frame.ts";
import { type Grant, isGrant } from "../grant.ts";

/** What a lease's process is given, through a pipe that only it and its starter have. */
export interface Handover {
  readonly grant: Grant;
  /** The path of its socket; the directory is there and was checked. */
  readonly socket: string;
  /** The user's state directory, for the access log. */
  readonly stateDirectory: string;
  /** Where and with what variables the heartbeat's command runs. */
  readonly heartbeatRun?: HeartbeatRun | undefined;
  /** 16 bytes; empty for a lease that is not private. */
  readonly token: Uint8Array;
  /** 32 raw bytes for each of the grant's domains. */
  readonly privateKeys: readonly Uint8Array[];
}

const isHeartbeatRun = t.isObject({ directory: t.isString(), environment: t.isRecord(t.isString()) });

/** How the heartbeat's command is run. */
export type HeartbeatRun = Readonly<t.InferType<typeof isHeartbeatRun>>;

const isHeader = t.isObject({
  grant: isGrant,
  socket: t.isString(),
  stateDirectory: t.isString(),
  heartbeatRun: t.isOptional(isHeartbeatRun),
});

/** @returns bytes that the caller overwrites */
export function encodeHandover({ token, privateKeys, ...header }: Handover): Uint8Array {
  return encodeFrame(header, concatBytes(...privateKeys, token));
}

/** @throws Error when it is not whole */
export function decodeHandover(bytes: Uint8Array): Handover {
  const reader = new FrameReader();
  const [frame] = reader.push(bytes);
  if (!frame || !isHeader(frame.header)) throw new Error("the lease was not handed over");
  const { header, payload } = frame;
  const privateKeys = header.grant.domains.map((_, index) =>
    payload.subarray(index * X25519_KEY_BYTES, (index + 1) * X25519_KEY_BYTES),
  );
  return { ...header, privateKeys, token: payload.subarray(privateKeys.length * X25519_KEY_BYTES) };
}
