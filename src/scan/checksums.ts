const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECKSUM_LENGTH = 6;

/**
 * Whether a token ends with the CRC-32 of its body in six digits of base 62, as those of GitHub and npm do.
 *
 * @see https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
 */
export function hasCrcInBase62(token: string): boolean {
  const body = token.slice(token.lastIndexOf("_") + 1, -CHECKSUM_LENGTH);
  let left = Bun.hash.crc32(body);
  let text = "";
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    text = (BASE62[left % 62] ?? "") + text;
    left = Math.floor(left / 62);
  }
  return token.endsWith(text);
}

/**
 * Access keys of AWS are base32, in which the digits 0, 1, 8 and 9 do not occur (RFC 4648).
 *
 * @returns `false` for a key with one of them; otherwise nothing, because that alone does not show that it is real
 */
export function isBase32AfterPrefix(token: string): false | undefined {
  return /^[A-Z2-7]+$/.test(token.slice(4)) ? undefined : false;
}

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE58_CHECKSUM = 4;

/**
 * Whether a text is Base58Check: its last four bytes are the first of the SHA-256 of the SHA-256 of the others.
 *
 * @see https://en.bitcoin.it/wiki/Base58Check_encoding
 */
export function hasBase58Check(text: string): boolean {
  let number = 0n;
  for (const sign of text) number = number * 58n + BigInt(Math.max(0, BASE58.indexOf(sign)));
  const hex = number.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  const body = bytes.subarray(0, -BASE58_CHECKSUM);
  const digest = sha256(sha256(body));
  return bytes.subarray(-BASE58_CHECKSUM).equals(digest.subarray(0, BASE58_CHECKSUM));
}

function sha256(bytes: Uint8Array): Buffer {
  return Buffer.from(new Bun.CryptoHasher("sha256").update(bytes).digest());
}
