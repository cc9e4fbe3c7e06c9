import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import { decodeUtf8, encodeUtf8 } from "../../common/utf8.ts";
import { readManifestFile } from "../../exec/manifest.ts";
import type { ManifestEntry } from "../../exec/manifest-entry.ts";
import { MANIFEST_FILE } from "../../exec/manifest-file.ts";
import { orderProblem, type Resolution, resolveCascade, type Source } from "../../sources/cascade.ts";
import { lookUpInStore, type SecretPlace } from "../../sources/in-store.ts";
import { defaultVariable, lookUpGiven, lookUpKeyring, lookUpVariable } from "../../sources/lookups.ts";
import { notFound } from "../../sources/not-found.ts";
import { DEFAULT_SOPS_FILE } from "../../sources/sops-source.ts";
import { checkSecretName } from "../../store/format/names.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { readSecretWords } from "../argv/secret-words.ts";
import { readValueFile } from "../input/secret-value.ts";
import type { OpenedSecrets } from "../reading/open-secrets.ts";
import type { Outcome } from "../report/json-envelope.ts";
import { stepText } from "../report/step-text.ts";
import { type LookingCommand, outsideSources } from "./manifest-sources.ts";

/** What the line says. */
export interface SourcedRequest {
  readonly words: readonly (string | undefined)[];
  readonly domainOption: string | undefined;
  /** Sources, joined by commas; left out, those of the manifest. */
  readonly from: string | undefined;
  readonly overrideFile: string | undefined;
  readonly defaultValue: string | undefined;
}

/** What a command can do with the store. It is read only when its turn comes. */
export interface SourcedContext {
  readonly storePath: string;
  readonly looking: LookingCommand;
  readonly readStore: () => KeyFile;
  readonly open: (keyFile: KeyFile, chosen: SecretPlace) => Promise<OpenedSecrets<SecretPlace>>;
}

/** A secret, and what its sources have said. */
export interface SourcedSecret {
  readonly name: string;
  /** Its domain, if the value is from the store. */
  readonly domain: string | undefined;
  readonly resolution: Resolution<Uint8Array>;
}

/**
 * Looks for the value of a secret in several sources. Where the manifest beside the store has the name, its entry says
 * where each source looks.
 *
 * @throws PprotectError `usage`, `invalid_name`, `invalid_manifest`, `file_error`; what a source fails with is in the result
 */
export async function findSourced(
  request: SourcedRequest,
  { storePath, looking, readStore, open }: SourcedContext,
): Promise<SourcedSecret> {
  const { domain: given, name } = wordsOf(request);
  const manifest = join(dirname(storePath), MANIFEST_FILE);
  const entry = entryOf(manifest, name, given);
  const domain = given ?? entry?.domain;
  const { environment, credentials, sops, keyring } = outsideSources(manifest, looking);
  let place: SecretPlace | undefined;
  const resolution = await resolveCascade<Uint8Array>(orderOf(request.from, entry), {
    override: () => lookUpGiven(fileContent(request.overrideFile)),
    env: () => lookUpVariable(entry?.variable ?? defaultVariable(name), environment, credentials),
    keyring: () =>
      entry?.keyring
        ? lookUpKeyring(entry.keyring, keyring)
        : { kind: "missing", detail: `${MANIFEST_FILE} names no entry of the keyring` },
    store: async () => {
      const keyFile = readStore();
      const looked = lookUpInStore(keyFile.data, domain, name, "usage");
      if (looked.kind === "missing") return looked;
      place = looked.value;
      const { secrets } = await open(keyFile, place);
      return { ...looked, value: encodeUtf8(secrets.map(({ value }) => value).join("")) };
    },
    sops: () => sops.lookUp(entry?.sops ?? { file: DEFAULT_SOPS_FILE, key: name }),
    default: () => lookUpGiven(bytesOf(request.defaultValue ?? entry?.byDefault)),
  });
  const fromStore = resolution.kind === "found" && resolution.source === "store";
  return { name, domain: fromStore ? place?.domain : undefined, resolution };
}

/** @throws PprotectError `usage`, `invalid_name` */
function wordsOf({ words, domainOption }: SourcedRequest): { domain: string | undefined; name: string } {
  const given = words.filter((word) => word !== undefined);
  const [first] = given;
  const alone = given.length === 1 && first !== undefined && !first.includes("/");
  const { domain, secret } = readSecretWords(domainOption, given, 2);
  const name = alone ? first : secret;
  if (name === undefined) {
    throw new PprotectError(
      "usage",
      "no secret name given",
      "for example: `pprotect get NAME --from env,store`",
    );
  }
  checkSecretName(name);
  return { domain: alone ? domainOption : domain, name };
}

/** The entry of the manifest beside the store, if there is one that is meant. */
function entryOf(path: string, name: string, domain: string | undefined): ManifestEntry | undefined {
  if (!existsSync(path)) return undefined;
  const manifest = readManifestFile(path);
  const [entry, other] = manifest.entries
    .map((each) => ({ ...each, domain: each.domain ?? manifest.domain }))
    .filter((each) => each.name === name && (domain ?? each.domain) === (each.domain ?? domain));
  if (!entry || !other) return entry;
  const variables = `${entry.variable} and ${other.variable}`;
  throw new PprotectError(
    "usage",
    `${escapeUnprintable(path)} has several entries with the name "${displayName(name)}": ${variables}`,
    "name the domain: DOMAIN/NAME",
  );
}

/** @throws PprotectError `usage` */
function orderOf(from: string | undefined, entry: ManifestEntry | undefined): readonly Source[] {
  if (from === undefined) return entry?.from ?? ["store"];
  const words = from.split(",");
  const problem = orderProblem(words, displayName);
  if (problem) throw new PprotectError("usage", `--from: ${problem.message}`, problem.fix);
  return words as readonly Source[];
}

function fileContent(path: string | undefined): Uint8Array | undefined {
  return path === undefined ? undefined : encodeUtf8(readValueFile(path).value);
}

function bytesOf(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : encodeUtf8(text);
}

/** The value with its source. @throws PprotectError `no_such_secret`, or what a source failed with */
export function requireFound({ name, resolution }: SourcedSecret): { value: string; source: Source } {
  if (resolution.kind === "failed") throw resolution.error;
  if (resolution.kind === "missing") throw notFound(name, resolution.steps);
  // The lookups give nothing but text.
  return { value: decodeUtf8(resolution.value) ?? "", source: resolution.source };
}

/** Prints what each source has said. */
export function explained(
  { name, domain, resolution }: SourcedSecret,
  print: (line: string) => void,
): Outcome {
  const { kind, steps } = resolution;
  for (const step of steps) print(stepText(step));
  const source = kind === "found" ? resolution.source : null;
  const result = { domain: domain ?? null, secret: name, source, steps: steps.map((step) => ({ ...step })) };
  if (kind === "found") return { result };
  const error = kind === "failed" ? resolution.error : notFound(name, steps);
  if (!(error instanceof PprotectError)) throw error;
  return { result, refusal: error };
}
