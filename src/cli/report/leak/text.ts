import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import type { LeakPlace } from "../../../git/leak/search.ts";
import type { Json } from "../json-envelope.ts";
import { foundSecrets, isPushed, type LeakSubject, type LeakView, subjectName } from "./subject.ts";

/** Each secret that was found, with its places. */
export function leakText(view: LeakView): string {
  return foundSecrets(view)
    .map((subject) => {
      const places = placesOf(view, subject);
      const lines = places.map((place) => `  ${placeText(place, escapeUnprintable)}\n`).join("");
      return `${subjectName(subject, displayName)}: ${countNoun(places.length, "place")}\n${lines}`;
    })
    .join("");
}

export function placesOf({ report: { leaks } }: LeakView, subject: LeakSubject): readonly LeakPlace[] {
  return leaks.flatMap(({ label, place }) => (label === subject ? [place] : []));
}

/** A place in a line. @param name makes what strangers wrote fit for where it is printed */
export function placeText(place: LeakPlace, name: (text: string) => string): string {
  // The path of a file says where it is.
  if (place.repository === undefined || place.kind === "file") return placeInRepository(place, name);
  return `in repository ${name(place.repository)}: ${placeInRepository(place, name)}`;
}

function placeInRepository(place: LeakPlace, name: (text: string) => string): string {
  switch (place.kind) {
    case "commit": {
      const { id, time, author, path, refs } = place;
      const where = path === undefined ? "its message" : name(path);
      return `commit ${shortened(id)} ${dayOf(time)} by ${name(author)}: ${where} (${refsText(refs, name)})`;
    }
    case "index":
      return `staged: ${name(place.path)}`;
    case "tag":
      return `the message of tag ${shortened(place.id)}`;
    case "file name":
      return `the name of a file, in tree ${shortened(place.id)}`;
    case "unreachable":
      return `object ${shortened(place.id)}, which no commit reaches`;
    case "file":
      return `${place.state} file ${name(place.path)} in ${name(place.root)}`;
  }
}

/** An object's id, long enough for any repository that people have. */
function shortened(id: string): string {
  return id.slice(0, 12);
}

/** How many refs are named. */
const REFS = 3;

function refsText(refs: readonly string[], name: (text: string) => string): string {
  if (refs.length === 0) return "in no branch or tag";
  const remote = refs.filter((ref) => ref.startsWith("refs/remotes/"));
  const shown = [...remote, ...refs.filter((ref) => !remote.includes(ref))].slice(0, REFS);
  const names = shown.map((ref) => name(ref.replace(/^refs\/(?:heads|remotes|tags)\//, ""))).join(", ");
  const more = refs.length > REFS ? ` and ${refs.length - REFS} more` : "";
  return `${isPushed(refs) ? "pushed; " : "not pushed; "}${names}${more}`;
}

export function dayOf(time: number): string {
  return Number.isFinite(time) && Math.abs(time) < 8.64e15 ? new Date(time).toISOString().slice(0, 10) : "?";
}

/** For programs: names and places, never a value. */
export function leakFields(view: LeakView): { readonly [key: string]: Json } {
  const { report, left } = view;
  return {
    found: foundSecrets(view).map((subject) => ({
      ...subjectFields(subject),
      places: placesOf(view, subject).map(placeFields),
    })),
    searched: { objects: report.objects, files: report.files, bytes: report.bytes },
    unread: report.unread.length,
    limits: report.limits.map(({ text }) => text),
    not_searched: left.map(subjectFields),
  };
}

function subjectFields({ domain, secret, isCurrent }: LeakSubject) {
  return { domain: domain ?? null, secret: secret ?? null, current: isCurrent };
}

function placeFields(place: LeakPlace): Json {
  const repository = place.repository ?? null;
  switch (place.kind) {
    case "commit": {
      const { kind, id, author, time, path, refs } = place;
      return {
        ...{ kind, repository, commit: id, author, day: dayOf(time), path: path ?? null, refs },
        pushed: isPushed(refs),
      };
    }
    case "file":
      return { kind: "file", repository, root: place.root, path: place.path, state: place.state };
    default:
      return { ...place, repository };
  }
}
