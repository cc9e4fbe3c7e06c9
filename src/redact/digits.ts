/** 1 for each byte that is a digit of base64, base32 or hexadecimal. */
export const DIGIT = new Uint8Array(256);
for (const byte of Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"))
  DIGIT[byte] = 1;
