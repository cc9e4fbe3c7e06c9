import { expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { isatty } from "node:tty";
import { isTerminal } from "../../src/system/terminal.ts";
import { isTerminalByBinding } from "../../src/system/terminal-binding.ts";

// /dev/ptmx gives the controlling end of a new pseudo-terminal, which is a terminal too.
test.each(["/dev/ptmx", "/dev/null", "/dev/zero", "/proc/self/status", import.meta.path])(
  "the runtime's binding says of %s what node:tty says",
  (path) => {
    const descriptor = openSync(path, path === "/dev/ptmx" ? "r+" : "r");
    try {
      expect(isTerminalByBinding(descriptor)).toBe(path === "/dev/ptmx");
      expect(isTerminal(descriptor)).toBe(isatty(descriptor));
    } finally {
      closeSync(descriptor);
    }
  },
);

test("a descriptor that is not open is not a terminal", () => {
  expect(isTerminal(987)).toBe(false);
});
