const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whether a value is a UUID (RFC 9562), in either case. */
export function isUuid(value: string): boolean {
  return UUID.test(value);
}
