/** NAME_MAX of Linux, in bytes. */
export const LONGEST_NAME = 255;

/** Whether it names a file, and no directory. */
export function isFileName(name: string): boolean {
  return !/^\.{0,2}$|[/\0]/.test(name) && Buffer.byteLength(name) <= LONGEST_NAME;
}
