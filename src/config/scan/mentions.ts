/**
 * Whether a configuration may have the section `scan`. A file of that name without a store beside it may be another
 * program's; with that section, it is ours.
 */
export function mentionsScanRules(bytes: Uint8Array): boolean {
  return /(?:^\ufeff?|[{,])\s*["']?scan["']?\s*:/m.test(Buffer.from(bytes).toString("utf8"));
}
