import { createHash } from "node:crypto";

/** What the headers of an executable say it is for. */
export interface ExecutableFormat {
  readonly format: "ELF" | "Mach-O" | "PE";
  readonly cpu: "x64" | "arm64";
  /** The program that loads it: ELF only. */
  readonly interpreter?: string;
}

/** @throws when the bytes are no executable of a kind that is known here */
export function executableFormat(bytes: Buffer): ExecutableFormat {
  if (bytes.readUInt32BE(0) === 0x7f454c46) {
    return { format: "ELF", cpu: cpuOf(bytes.readUInt16LE(18), 62, 183), interpreter: elfInterpreter(bytes) };
  }
  if (bytes.readUInt32LE(0) === MACHO_64) {
    return { format: "Mach-O", cpu: cpuOf(bytes.readUInt32LE(4), 0x0100_0007, 0x0100_000c) };
  }
  const pe = bytes.readUInt32LE(0x3c);
  if (bytes.toString("latin1", 0, 2) === "MZ" && bytes.readUInt32BE(pe) === 0x5045_0000) {
    return { format: "PE", cpu: cpuOf(bytes.readUInt16LE(pe + 4), 0x8664, 0xaa64) };
  }
  throw new Error("no executable");
}

const MACHO_64 = 0xfeed_facf;

function cpuOf(machine: number, x64: number, arm64: number): "x64" | "arm64" {
  if (machine === x64) return "x64";
  if (machine === arm64) return "arm64";
  throw new Error(`for another processor: ${machine}`);
}

/** The segment of type PT_INTERP. */
function elfInterpreter(bytes: Buffer): string {
  const [start, size, count] = [
    Number(bytes.readBigUInt64LE(32)),
    bytes.readUInt16LE(54),
    bytes.readUInt16LE(56),
  ];
  for (let header = start; header < start + size * count; header += size) {
    if (bytes.readUInt32LE(header) !== 3) continue;
    const offset = Number(bytes.readBigUInt64LE(header + 8));
    const length = Number(bytes.readBigUInt64LE(header + 32));
    return bytes.toString("latin1", offset, offset + length - 1);
  }
  throw new Error("no interpreter");
}

/**
 * The pages of a Mach-O file whose hash is not what its code signature says: macOS on arm64 kills a program
 * that has one. Format: <mach-o/loader.h> and cs_blobs.h of XNU.
 *
 * @returns the numbers of the pages
 * @throws when the file has no signature over all that comes before it
 */
export function brokenSignaturePages(bytes: Buffer): {
  readonly pages: number;
  readonly broken: readonly number[];
} {
  const signature = signatureOffset(bytes);
  const directory = signature + codeDirectoryOffset(bytes.subarray(signature));
  const hashes = directory + bytes.readUInt32BE(directory + 16);
  const pages = bytes.readUInt32BE(directory + 28);
  const limit = bytes.readUInt32BE(directory + 32);
  const [hashSize, hashType] = [bytes.readUInt8(directory + 36), bytes.readUInt8(directory + 37)];
  const pageSize = 2 ** bytes.readUInt8(directory + 39);
  if (limit !== signature || hashType !== 2 || hashSize !== 32 || pages !== Math.ceil(limit / pageSize)) {
    throw new Error("the signature does not cover the file by SHA-256");
  }
  const broken = Array.from({ length: pages }, (_, page) => page).filter((page) => {
    const content = bytes.subarray(page * pageSize, Math.min((page + 1) * pageSize, limit));
    const found = createHash("sha256").update(content).digest();
    return !found.equals(bytes.subarray(hashes + page * 32, hashes + (page + 1) * 32));
  });
  return { pages, broken };
}

const LC_CODE_SIGNATURE = 0x1d;

function signatureOffset(bytes: Buffer): number {
  const commands = bytes.readUInt32LE(16);
  for (let index = 0, at = 32; index < commands; index++, at += bytes.readUInt32LE(at + 4)) {
    if (bytes.readUInt32LE(at) === LC_CODE_SIGNATURE) return bytes.readUInt32LE(at + 8);
  }
  throw new Error("no signature");
}

/** In the signature, a list of parts: the one of type 0. */
function codeDirectoryOffset(signature: Buffer): number {
  const parts = signature.readUInt32BE(8);
  for (let index = 0; index < parts; index++) {
    if (signature.readUInt32BE(12 + 8 * index) === 0) return signature.readUInt32BE(16 + 8 * index);
  }
  throw new Error("no code directory");
}
