/** Characters of the longest pattern. */
export const MAX_PATTERN_LENGTH = 500;
