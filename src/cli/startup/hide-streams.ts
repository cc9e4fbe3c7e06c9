/** Hides the standard streams of a program. It must be imported before everything else. */
import { hideStreams } from "./hidden-streams.ts";

hideStreams();
