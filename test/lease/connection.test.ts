import { afterAll, afterEach, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { UnixSocketListener } from "bun";
import { LeaseConnection, NoAnswerError } from "../../src/lease/connection.ts";
import { chosenLeases } from "../../src/lease/end.ts";
import { encodeFrame } from "../../src/lease/frame.ts";
import { PROTOCOL_VERSION } from "../../src/lease/protocol.ts";
import { openLibc } from "../../src/system/libc.ts";
import { leasesOf, userDirectories } from "../support/leases.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";
import { ALICE } from "../support/stores.ts";

afterAll(removeFolders);

const listeners: UnixSocketListener<undefined>[] = [];
afterEach(() => {
  for (const each of listeners.splice(0)) each.stop(true);
});

const ID = "0123456789abcdef";
const GRANT = {
  id: ID,
  custodian: ALICE.name,
  client: "agent",
  since: Date.now(),
  until: Date.now() + 3_600_000,
  private: false,
  domains: [],
};

/** A lease's socket whose first connections are closed without an answer. */
function closing(first: number) {
  const user = userDirectories();
  mkdirSync(join(user.XDG_RUNTIME_DIR, "pprotect"), { mode: 0o700 });
  let connections = 0;
  const listener = Bun.listen<undefined>({
    unix: join(user.XDG_RUNTIME_DIR, "pprotect", `${ID}.sock`),
    socket: {
      open: (socket) => {
        if (++connections <= first) socket.terminate();
      },
      data: (socket) => {
        socket.write(encodeFrame({ version: PROTOCOL_VERSION, grant: GRANT, used: 0 }));
      },
    },
  });
  listeners.push(listener);
  return user;
}

test("a lease that closes a connection without an answer is asked again", async () => {
  const { live } = await leasesOf(closing(2));
  expect(live.map(({ grant }) => grant.id)).toEqual([ID]);
});

test("one that never answers does not say whose it is: it is among those that are to end", async () => {
  const found = await leasesOf(closing(1000));
  expect([found.live, found.silent.map(({ why }) => why)]).toEqual([[], ["ended"]]);
  expect(chosenLeases(found, { by: "client", client: "agent" }).map(({ id }) => id)).toEqual([ID]);
});

test("a socket at which too many wait is not that of a process that was killed", async () => {
  const { socket, bind, listen, close } = openLibc({
    socket: { args: ["int", "int", "int"], returns: "int" },
    bind: { args: ["int", "ptr", "u32"], returns: "int" },
    listen: { args: ["int", "int"], returns: "int" },
    close: { args: ["int"], returns: "int" },
  });
  const path = join(emptyFolder(), `${ID}.sock`);
  const server = socket(1, 1, 0);
  // struct sockaddr_un: the family AF_UNIX, then the path with a zero byte.
  const address = Buffer.concat([Uint8Array.of(1, 0), Buffer.from(`${path}\0`)]);
  expect([bind(server, address, address.length), listen(server, 0)]).toEqual([0, 0]);
  const open: LeaseConnection[] = [];
  const why = await (async () => {
    for (let tries = 0; tries < 10; tries++) {
      try {
        open.push(await LeaseConnection.to(path));
      } catch (error) {
        return error instanceof NoAnswerError ? error.why : error;
      }
    }
    return "none";
  })();
  expect(why).toBe("busy");
  for (const connection of open) connection.close();
  close(server);
  await expect(LeaseConnection.to(path)).rejects.toMatchObject({ why: "dead" });
});
