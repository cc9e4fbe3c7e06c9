import type { Library, Pointer } from "bun:ffi";
import { existsSync } from "node:fs";
import type { KeyringEntry } from "./keyring.ts";

const SESSION_BUS = 2;
/** G_DBUS_CALL_FLAGS_NONE, and _NO_AUTO_START: a service that does not run has nothing that is locked. */
const CALL_FLAGS = { start: 0, "do-not-start": 1 } as const;
const ANSWER_MS = 5_000;

const GIO = {
  g_bus_get_sync: { args: ["i32", "ptr", "ptr"], returns: "ptr" },
  g_dbus_connection_set_exit_on_close: { args: ["ptr", "i32"], returns: "void" },
  g_dbus_connection_call_sync: {
    args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr", "ptr", "i32", "i32", "ptr", "ptr"],
    returns: "ptr",
  },
} as const;

const GLIB = {
  g_variant_new_string: { args: ["ptr"], returns: "ptr" },
  g_variant_new_dict_entry: { args: ["ptr", "ptr"], returns: "ptr" },
  g_variant_new_array: { args: ["ptr", "ptr", "u64"], returns: "ptr" },
  g_variant_new_tuple: { args: ["ptr", "u64"], returns: "ptr" },
  g_variant_get_child_value: { args: ["ptr", "u64"], returns: "ptr" },
  g_variant_n_children: { args: ["ptr"], returns: "u64" },
  g_variant_unref: { args: ["ptr"], returns: "void" },
} as const;

/** What a search says of an entry; `no-service` also where there is no library to ask a service with. */
export type SearchResult = "unlocked" | "locked" | "missing" | "no-answer" | "no-service";

/**
 * Asks the Secret Service of this session (https://specifications.freedesktop.org/secret-service/) whether it has an
 * entry, and whether it cannot hand it out, because its collection is locked. Searching unlocks nothing.
 *
 * @param entry without an account, any of the service
 * @param answerMs how long to wait for the answer
 * @param starting whether to start the service if it does not run
 */
export function searchSecretService(
  { service, account }: Pick<KeyringEntry, "service"> & Partial<KeyringEntry>,
  answerMs: number = ANSWER_MS,
  starting: keyof typeof CALL_FLAGS = "do-not-start",
): SearchResult {
  if (process.platform !== "linux") return "no-service";
  if (service.includes("\0") || account?.includes("\0")) return "missing";
  const libraries = openLibraries();
  const bus = libraries?.gio.g_bus_get_sync(SESSION_BUS, null, null);
  if (!libraries || !bus) return "no-service";
  const { gio, glib } = libraries;
  // GLib would end this process with the bus.
  gio.g_dbus_connection_set_exit_on_close(bus, 0);
  const attributes = dictionary(glib, { service, ...(account !== undefined && { account }) });
  const { name, path, face, method } = SEARCH;
  const flags = CALL_FLAGS[starting];
  const start = performance.now();
  const call = gio.g_dbus_connection_call_sync;
  const answer = call(bus, name, path, face, method, attributes, null, flags, answerMs, null, null);
  if (!answer) return performance.now() - start >= answerMs ? "no-answer" : "no-service";
  // Two lists: the entries that are unlocked, then those that are locked.
  const [unlocked, locked] = [0n, 1n].map((at) => {
    const list = glib.g_variant_get_child_value(answer, at);
    const count = list ? glib.g_variant_n_children(list) : 0n;
    if (list) glib.g_variant_unref(list);
    return count;
  });
  glib.g_variant_unref(answer);
  if (unlocked) return "unlocked";
  return locked ? "locked" : "missing";
}

const SEARCH = {
  name: cString("org.freedesktop.secrets"),
  path: cString("/org/freedesktop/secrets"),
  face: cString("org.freedesktop.Secret.Service"),
  method: cString("SearchItems"),
};

/** Bun's types: a pointer that a function gives back may be of either. */
type Given = Pointer | bigint | null;
type Glib = Library<typeof GLIB>["symbols"];

/** The arguments of a call that takes one dictionary of strings: `(a{ss})`. */
function dictionary(glib: Glib, entries: Readonly<Record<string, string>>): Pointer {
  const made = Object.entries(entries).map(([key, value]) =>
    glib.g_variant_new_dict_entry(
      glib.g_variant_new_string(cString(key)),
      glib.g_variant_new_string(cString(value)),
    ),
  );
  const array = glib.g_variant_new_array(null, pointers(made), BigInt(made.length));
  return Number(glib.g_variant_new_tuple(pointers([array]), 1n)) as Pointer;
}

function pointers(list: readonly Given[]): BigUint64Array {
  return BigUint64Array.from(list, (pointer) => BigInt(pointer ?? 0));
}

function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

/** By absolute path: Bun would also look for a bare name in the current directory. */
function openLibraries(): { gio: Library<typeof GIO>["symbols"]; glib: Glib } | undefined {
  const [gio, glib] = ["libgio-2.0.so.0", "libglib-2.0.so.0"].map((name) =>
    DIRECTORIES.map((directory) => `${directory}/${name}`).find((path) => existsSync(path)),
  );
  if (gio === undefined || glib === undefined) return undefined;
  try {
    const { dlopen } = require("bun:ffi") as typeof import("bun:ffi");
    return { gio: dlopen(gio, GIO).symbols, glib: dlopen(glib, GLIB).symbols };
  } catch {
    return undefined;
  }
}

const DIRECTORIES: readonly string[] = [
  `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`,
  "/usr/lib64",
  "/usr/lib",
  "/run/current-system/sw/lib",
];
