import type { StoreData } from "../../store/store-data.ts";
import { judgeNothing } from "../../store/trust/judge.ts";
import { replacePins } from "../../store/trust/pin-file.ts";
import { pinAll } from "../../store/trust/pins.ts";
import { trustMode } from "../../store/trust/trust-mode.ts";
import { TrustSession } from "./trust-session.ts";

/**
 * What decides about the keys of a store for one command, or for one use of it by an application.
 *
 * @param path the store's real path
 * @param warn gets a warning of one line
 * @throws PprotectError `usage`; `untrusted_key` where `strict` finds no list
 */
export async function openTrustSession(
  path: string,
  store: StoreData,
  warn: (message: string) => void,
): Promise<TrustSession> {
  switch (trustMode(process.env)) {
    case "first-use":
      return new TrustSession(path, store, warn);
    case "off":
      return new TrustSession(path, store, warn, judgeNothing);
    case "strict": {
      const { committedJudge } = await import("./committed-judge.ts");
      return new TrustSession(path, store, warn, await committedJudge(path, store));
    }
  }
}

/** Accepts the keys of a store that was just created; what its path had before is forgotten. @param path its real path */
export async function rememberNewStore(path: string, store: StoreData): Promise<void> {
  if (trustMode(process.env) !== "first-use") return;
  await replacePins(path, pinAll(store));
}
