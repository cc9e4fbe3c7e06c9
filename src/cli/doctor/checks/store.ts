import { basename, resolve } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { shellArguments } from "../../../common/shell-quote.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { pendingRotations } from "../../../exec/rotation/pending.ts";
import { openTrustSession } from "../../../git/trust/open-session.ts";
import { readAuditEntry } from "../../../store/audit-log-reader.ts";
import { keyTypeOf } from "../../../store/custodian.ts";
import { UnresolvedMergeError } from "../../../store/format/problem.ts";
import { KeyFile } from "../../../store/key-file.ts";
import { DEFAULT_FILE } from "../../../store/locate-store.ts";
import { stagedRotations, strayStages } from "../../../store/rotation/states.ts";
import type { StoreData } from "../../../store/store-data.ts";
import { realPathOfStore } from "../../../store/store-file.ts";
import { stateDirectory } from "../../../system/state-directory.ts";
import { hintForMissingStore } from "../../report/missing-store.ts";
import { halfDoneText, leftText, strayText } from "../../report/rotation-text.ts";
import { type Examined, type Finding, failure, ok } from "../finding.ts";

/** Whether the store is valid, its keys are trusted, and no domain hangs on one person or a weak key. */
export async function checkStore(examined: Examined): Promise<readonly Finding[]> {
  const { store, storePath } = examined;
  if (store === undefined) return [await noStore(storePath)];
  if (!(store instanceof KeyFile)) return [unreadable(store)];
  const { data } = store;
  return [
    ok(
      "store",
      `${displayName(storePath)} is valid (${countNoun(data.domains.size, "domain")}, ${countNoun(data.custodians.size, "custodian")})`,
    ),
    ...(await trusted(examined, data)),
    ...singleOwners(data),
    ...weakKeys(data),
    ...drift(data),
    ...rotations(data, realPathOfStore(resolve(storePath), storePath)),
  ];
}

async function noStore(path: string): Promise<Finding> {
  const isDefault = basename(path) === DEFAULT_FILE;
  return {
    id: "store",
    level: "warn",
    message: `there is no store at ${displayName(path)}`,
    fix: (await hintForMissingStore(path, isDefault)) ?? "`pprotect init` creates one",
  };
}

function unreadable(error: PprotectError): Finding {
  const { message, fix } = error;
  if (error instanceof UnresolvedMergeError)
    return { id: "merge", level: "fail", message, fix: "`pprotect git resolve` finishes the merge" };
  return { id: "store", level: "fail", message, fix: fix ?? "`pprotect check` lists every problem" };
}

async function trusted({ storePath }: Examined, data: StoreData): Promise<readonly Finding[]> {
  try {
    const session = await openTrustSession(realPathOfStore(resolve(storePath), storePath), data, () => {});
    session.requirePins();
    const doubtful = await session.problems(data);
    if (doubtful.length === 0) return [ok("keys", "the keys are those that were accepted")];
    return doubtful.map(({ refusal }) => failure("keys", refusal));
  } catch (error) {
    if (error instanceof PprotectError) return [failure("keys", error)];
    throw error;
  }
}

/** With one owner, a forgotten passphrase loses every value of the domain. */
function singleOwners({ domains }: StoreData): readonly Finding[] {
  if (domains.size === 0) return [ok("owners", "there is no domain yet")];
  const single = [...domains].filter(([, { owners }]) => owners.size === 1);
  if (single.length === 0) return [ok("owners", "every domain has more than one owner")];
  return single.map(([domain, { owners }]) => ({
    id: "owners",
    level: "warn",
    message: `${displayName(domain)} has no owner but ${displayName([...owners.keys()][0] ?? "")}: if their key is lost, so are the values`,
    fix: `\`pprotect add-owner ${shellArguments(domain)} CUSTODIAN\` adds a second one`,
  }));
}

/** A key that is fast to derive can be guessed fast; a raw key is for a machine, which the audit log says. */
function weakKeys({ custodians, auditLog }: StoreData): readonly Finding[] {
  const unmarked = notForMachines(auditLog);
  const weak = [...custodians].flatMap(([name, material]): Finding[] => {
    const type = keyTypeOf(material);
    const message =
      type === "raw" && unmarked.has(name)
        ? `${displayName(name)} has a raw key, and was created with a passphrase by the audit log: no person can remember such a key`
        : `${displayName(name)} has a key of type ${type}: anyone with the file can try passphrases fast`;
    if (type === "hard" || (type === "raw" && !unmarked.has(name))) return [];
    const fix = `\`pprotect rekey-custodian -u ${displayName(name)} --key-type hard\``;
    return [{ id: "key-types", level: "warn", message, fix }];
  });
  return weak.length > 0 ? weak : [ok("key-types", "no custodian has a key that is fast to guess")];
}

/** Custodians who were created with a passphrase, as the log says, and got no other key type since. */
function notForMachines(auditLog: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const event of auditLog.flatMap((entry) => readAuditEntry(entry).events)) {
    if (event.kind === "custodian-created" && !event.raw) found.add(event.custodian);
    if (event.kind === "custodian-created" && event.raw) found.delete(event.custodian);
    if (event.kind === "custodian-rekeyed") found.delete(event.custodian);
  }
  return found;
}

/** A rotation that is half done has a value too many, which still works. */
function rotations(data: StoreData, realPath: string): readonly Finding[] {
  const staged = stagedRotations(data);
  const strays = strayStages(data);
  const damaged: string[] = [];
  const left = pendingRotations(realPath, stateDirectory(process.env), (message) => damaged.push(message));
  if (staged.length + strays.length + left.length + damaged.length === 0)
    return [ok("rotation", "no rotation is half done")];
  return [
    ...staged.map((each): Finding => {
      const name = displayName(`${each.domain}/${each.secret}`);
      return {
        id: "rotation",
        level: "warn",
        message: halfDoneText(each, displayName),
        fix:
          each.stage === "staged"
            ? `\`pprotect rotate ${name} --promote\`, or \`--abort\``
            : `\`pprotect rotate ${name} --finish\``,
      };
    }),
    ...damaged.map(
      (message): Finding => ({ id: "rotation", level: "warn", message, fix: "look at it, then remove it" }),
    ),
    ...left.map(
      (each): Finding => ({
        id: "rotation",
        level: "warn",
        message: leftText(each),
        fix: "recover the value, or rotate again",
      }),
    ),
    ...strays.map(
      (each): Finding => ({
        id: "rotation",
        level: "warn",
        message: strayText(each),
        fix: `\`pprotect rm-secret ${displayName(each.domain)} ${displayName(each.beside)}\``,
      }),
    ),
  ];
}

/** Names that most domains have, and one lacks: `dev` was changed, and `prod` forgotten. */
function drift({ domains }: StoreData): readonly Finding[] {
  const all = [...domains].map(([name, { secrets }]) => ({ name, names: new Set(secrets.keys()) }));
  const pairs = all.flatMap((one) =>
    all
      .filter((other) => other !== one && areAlike(one.names, other.names))
      .map((other) => ({ one, other, missing: [...one.names].filter((name) => !other.names.has(name)) })),
  );
  const incomplete = pairs.filter(({ missing }) => missing.length > 0);
  if (incomplete.length === 0) return [ok("drift", "domains with mostly the same secrets have all of them")];
  return incomplete.map(({ one, other, missing }) => ({
    id: "drift",
    level: "warn",
    message: `${displayName(other.name)} lacks ${listed(missing)}, which ${displayName(one.name)} has`,
    fix: `\`pprotect diff ${displayName(one.name)} ${displayName(other.name)}\` compares them`,
  }));
}

/** Whether more than half of the names are in both. */
function areAlike(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const shared = [...one].filter((name) => other.has(name)).length;
  return shared * 2 > Math.max(one.size, other.size);
}

const LISTED = 5;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map(displayName).join(", ");
  return names.length > LISTED ? `${shown} and ${names.length - LISTED} more` : shown;
}
