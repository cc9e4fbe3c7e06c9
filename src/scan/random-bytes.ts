/** Whether numbers are bytes in no order: not a table, a counter or a pattern. */
export function areRandomBytes(list: string): boolean {
  const bytes = list.split(",").map((text) => unsigned(Number(text.replace("(byte)", "").trim())));
  if (bytes.some((byte) => !(byte <= 255))) return false;
  const steps = bytes.slice(1).map((byte, index) => byte - (bytes[index] ?? 0));
  return new Set(bytes).size >= 0.7 * bytes.length && new Set(steps).size >= 0.6 * steps.length;
}

/** Java has signed bytes. */
function unsigned(byte: number): number {
  return byte < 0 && byte >= -128 ? byte + 256 : byte;
}
