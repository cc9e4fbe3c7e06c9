import { locateStore } from "../store/locate-store.ts";
import { openStore, type Store } from "./store.ts";

/** Stores that are kept: an application has one, but for its tests. */
const MAX_STORES = 8;

/** By the path that was found for the current directory; the one that was used last is the last. */
const stores = new Map<string, Promise<Store>>();

/** The nearest store, with the credentials of the environment, opened once. @throws as {@link openStore} */
export async function sharedStore(): Promise<Store> {
  const file = locateStore(process.cwd());
  const store = stores.get(file) ?? openStore({ file });
  stores.delete(file);
  stores.set(file, store);
  const [oldest] = stores.keys();
  if (stores.size > MAX_STORES && oldest !== undefined) stores.delete(oldest);
  try {
    return await store;
  } catch (error) {
    // It may be there the next time.
    if (stores.get(file) === store) stores.delete(file);
    throw error;
  }
}
