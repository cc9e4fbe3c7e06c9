import type { StoreData } from "../../store/store-data.ts";
import { changePins, DamagedPinsError, type FoundPins, findPins } from "../../store/trust/pin-file.ts";
import { NO_PINS, type Pins, pinAll } from "../../store/trust/pins.ts";

/** The pins of a store for one command: as they were found, and what the command adds to them. */
export class SessionPins {
  /** The store's real path. */
  readonly #path: string;
  /** The store as it was first seen: what a first use accepts. */
  readonly #first: StoreData;
  /** The pins as they were found; nothing before the first use. */
  readonly found: Pins | undefined;
  /** Why there are no pins, where there should be some. */
  readonly damaged: DamagedPinsError | undefined;
  readonly #isOwn: boolean;
  readonly #changes: ((pins: Pins) => Pins)[] = [];
  #now: Pins;

  private constructor(path: string, store: StoreData, { found, damaged }: ReadPins) {
    this.#path = path;
    this.#first = store;
    this.found = found?.pins;
    this.damaged = damaged;
    this.#isOwn = found?.own ?? false;
    this.#now = this.found ?? NO_PINS;
  }

  /** @param path the store's real path */
  static read(path: string, store: StoreData): SessionPins {
    return new SessionPins(path, store, readPins(path, store));
  }

  /** {@link read} without reading, where the pins decide nothing. */
  static none(path: string, store: StoreData): SessionPins {
    return new SessionPins(path, store, {});
  }

  /** With what this command has added so far. */
  get now(): Pins {
    return this.#now;
  }

  change(change: (pins: Pins) => Pins): void {
    const after = change(this.#now);
    if (after === this.#now && this.found !== undefined) return;
    this.#changes.push(change);
    this.#now = after;
  }

  /** Writes what was added. */
  async save(): Promise<void> {
    if (this.damaged || (this.#changes.length === 0 && this.#isOwn)) return;
    const changed = this.#changes.reduce((pins, change) => change(pins), this.#start());
    if (this.#isOwn && changed === this.found) return;
    await changePins(this.#path, this.#first, (current) =>
      this.#changes.reduce((pins, change) => change(pins), current ?? this.#start()),
    );
    this.#changes.length = 0;
  }

  #start(): Pins {
    return this.found ?? pinAll(this.#first);
  }
}

interface ReadPins {
  readonly found?: FoundPins | undefined;
  readonly damaged?: DamagedPinsError;
}

/** Damaged pins are no reason to leave a deployment without its secrets, but one to give nothing away. */
function readPins(path: string, store: StoreData): ReadPins {
  try {
    return { found: findPins(path, store) };
  } catch (error) {
    if (error instanceof DamagedPinsError) return { damaged: error };
    throw error;
  }
}
