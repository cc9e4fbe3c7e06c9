import type { CorpusKind } from "./draw.ts";
import { leaksHeldOut } from "./leaks-held-out.ts";
import { leaksInCode } from "./leaks-in-code.ts";
import { leaksInConfiguration } from "./leaks-in-configuration.ts";
import { leaksInFiles } from "./leaks-in-files.ts";
import { leaksInOtherPlaces } from "./leaks-in-other-places.ts";
import { leaksOfServices } from "./leaks-of-services.ts";
import { leaksSixthRound } from "./leaks-sixth-round.ts";
import { leaksThirdRound } from "./leaks-third-round.ts";
import { lookAlikes } from "./look-alikes.ts";
import { lookAlikesHeldOut } from "./look-alikes-held-out.ts";
import { lookAlikesInOtherPlaces } from "./look-alikes-in-other-places.ts";
import { lookAlikesSixthRound } from "./look-alikes-sixth-round.ts";
import { lookAlikesThirdRound } from "./look-alikes-third-round.ts";

/** Kinds of files with a leak, and of files that only look like it. */
export interface Corpus {
  readonly leaks: readonly CorpusKind[];
  readonly lookAlikes: readonly CorpusKind[];
}

/** Kinds that the rules were written with; they are measured with other values than those they were written with. */
export const tuned: Corpus = {
  leaks: [
    ...leaksInConfiguration,
    ...leaksInCode,
    ...leaksInFiles,
    ...leaksOfServices,
    ...leaksInOtherPlaces,
  ],
  lookAlikes: [...lookAlikes, ...lookAlikesInOtherPlaces],
};

/** Kinds that were measured before their misses led to rules. */
export const heldOut: Corpus = {
  leaks: [...leaksHeldOut, ...leaksThirdRound, ...leaksSixthRound],
  lookAlikes: [...lookAlikesHeldOut, ...lookAlikesThirdRound, ...lookAlikesSixthRound],
};
