/** How long a value stays in the clipboard, in seconds. */
export const CLIP_SECONDS = 45;
