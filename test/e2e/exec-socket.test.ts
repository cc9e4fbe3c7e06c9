import { afterAll, describe, expect, test } from "bun:test";
import { MODES, modeRunner } from "../support/exec-modes.ts";
import { needs } from "../support/programs.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";

afterAll(removeFolders);

const box = sandbox();
const shell = modeRunner(box);

describe.each(MODES)("as without pprotect: %s", (mode) => {
  test.if(needs("python3"))(
    "a socket that is passed on, as node's IPC channel and socket activation are",
    async () => {
      const script = `
import socket, subprocess, sys
a, b = socket.socketpair()
child = subprocess.Popen(sys.argv[1:], pass_fds=[b.fileno()], env={**__import__('os').environ, 'FD': str(b.fileno())})
b.close()
print(a.recv(100).decode(), end='')
child.wait()`;
      box.write("parent.py", script);
      const program =
        "import os, socket; socket.socket(fileno=int(os.environ['FD'])).send(b'from the program\\n')";
      box.write("child.py", program);
      expect(await shell("python3 parent.py $run python3 child.py", mode)).toBe("from the program\n");
    },
  );
});
