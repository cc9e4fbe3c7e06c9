/** Whether a mode is that of a regular file: not a symbolic link, not a submodule. */
export function isRegular(mode: string): boolean {
  return mode.startsWith("100");
}
