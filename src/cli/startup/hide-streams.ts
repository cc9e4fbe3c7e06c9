/** Hides the standard streams, for whoever is started as a program: to be imported before anything else. */
import { hideStreams } from "./hidden-streams.ts";

hideStreams();
