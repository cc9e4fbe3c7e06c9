import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { WantedDomain } from "../../src/lease/cover.ts";
import { type FoundLeases, findLeases } from "../../src/lease/find.ts";
import { type LeaseRequest, type StartedLease, startLease } from "../../src/lease/start.ts";
import { openDomainKey } from "../../src/store/domain.ts";
import type { KeyFile } from "../../src/store/key-file.ts";
import { findDomain } from "../../src/store/lookup.ts";
import { startOf } from "../../src/system/process-identity.ts";
import { binary } from "./binary.ts";
import { emptyFolder } from "./sandbox.ts";
import { ALICE, unlocked } from "./stores.ts";

/** The path of the store in tests that have it in memory only. */
export const STORE = "/stores/protected.yaml";

/** Directories of a user's own, as their environment names them. */
export type UserDirectories = Readonly<Record<"XDG_RUNTIME_DIR" | "XDG_STATE_HOME" | "TMPDIR", string>>;

/** A new user's directories. */
export function userDirectories(): UserDirectories {
  const folder = emptyFolder();
  const directories = { XDG_RUNTIME_DIR: join(folder, "run"), XDG_STATE_HOME: join(folder, "state") };
  for (const path of Object.values(directories)) mkdirSync(path, { mode: 0o700 });
  // Commands also look for leases among the temporary files, where tests that run at the same time may have theirs.
  return { ...directories, TMPDIR: directories.XDG_RUNTIME_DIR };
}

/** The leases in a user's directories. Those of tests that run at the same time may be in the system's temporary directory. */
export async function leasesOf(user: UserDirectories): Promise<FoundLeases> {
  const isOwn = ({ socket }: { readonly socket: string }) => socket.startsWith(user.XDG_RUNTIME_DIR);
  const { live, silent, dead } = await findLeases(user);
  return { live: live.filter(isOwn), silent: silent.filter(isOwn), dead: dead.filter(isOwn) };
}

/** Starts the process of a lease, of the compiled binary, for some of alice's domains. */
export function lease(
  file: KeyFile,
  domains: readonly string[],
  environment: UserDirectories,
  options: Partial<LeaseRequest> = {},
): Promise<StartedLease> {
  const owner = unlocked(file, ALICE);
  const toLease = domains.map((name) => {
    const domain = findDomain(file.data, name);
    return { name, domain, privateKey: openDomainKey(name, domain, owner) };
  });
  const request = {
    store: STORE,
    domains: toLease,
    only: [],
    ttl: 60_000,
    custodian: ALICE.name,
    environment,
  };
  return startLease({ ...request, ...options }, [binary()]);
}

/** What a command wants to open: all secrets of a domain, or some. */
export function wanted(file: KeyFile, domain: string, secrets?: readonly string[]): WantedDomain {
  const data = findDomain(file.data, domain);
  const boxes = [...data.secrets].filter(([name]) => secrets?.includes(name) ?? true);
  return { store: STORE, domain, publicKey: data.publicKey, boxes };
}

/** Whether a process is there; one that has ended and waits for its parent is not. */
export function isAlive(pid: number): boolean {
  return startOf(pid) !== undefined;
}
