import { otherSamples } from "./others.ts";
import type { Samples } from "./sample.ts";
import { tokenSamples } from "./tokens.ts";

/** Samples by rule id. */
export const samples: Readonly<Record<string, Samples>> = { ...tokenSamples, ...otherSamples };
