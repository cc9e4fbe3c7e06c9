import { isBun } from "../common/runtime.ts";

/** What the runtime's own node:tty asks. */
interface TerminalBinding {
  readonly isTTY?: (descriptor: number) => unknown;
}

/**
 * Whether a file descriptor is a terminal, by the function behind `isatty` of node:tty. Loading that module takes 6 ms,
 * since it brings the runtime's sockets and streams.
 *
 * @returns `undefined` where the runtime does not have it
 */
export function isTerminalByBinding(descriptor: number): boolean | undefined {
  if (!isBun) return undefined;
  try {
    const { binding } = process as unknown as { readonly binding?: (name: string) => TerminalBinding };
    const answer = binding?.call(process, "tty_wrap").isTTY?.(descriptor);
    return typeof answer === "boolean" ? answer : undefined;
  } catch {
    return undefined;
  }
}
