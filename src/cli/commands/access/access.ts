import { parseDuration } from "../../../common/duration.ts";
import { PprotectError } from "../../../common/errors.ts";
import { suggest } from "../../../common/suggest.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { configPath, readConfigFile } from "../../../config/config.ts";
import { rotationRule } from "../../../config/rotation/section.ts";
import { boxId } from "../../../store/access/access-history.ts";
import type { Access, SecretAccess } from "../../../store/access/who-knows.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain, findSecret } from "../../../store/lookup.ts";
import { besideOf, type StagedRotation, stagedRotations } from "../../../store/rotation/states.ts";
import { splitSecretPath } from "../../../store/secret-path.ts";
import type { StoreData } from "../../../store/store-data.ts";
import { absolutePath } from "../../../system/path-text.ts";
import { realpathOfExistingPrefix } from "../../../system/real-path.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option } from "../../argv/option.ts";
import { CUSTODIAN, choice, DOMAIN, SECRET, text } from "../../argv/value-type.ts";
import { AccessCommand, type FoundAccess } from "../../base/access-command.ts";
import { accessCsv, accessMarkdown, accessTable } from "../../report/access/text.ts";
import {
  type AccessView,
  type AgeRule,
  accessFields,
  isStale,
  staleKnowers,
} from "../../report/access/view.ts";
import type { Outcome, Result } from "../../report/json-envelope.ts";
import { indentedJson } from "../../report/json-text.ts";

const FORMATS = ["table", "json", "csv", "md", "html"] as const;

/** What the line asks for; everything where it names nothing. */
interface Wanted {
  readonly domain: string | undefined;
  readonly secret: string | undefined;
  readonly custodian: string | undefined;
}

export default class ShowAccessCommand extends AccessCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "show who knows which value, and how old it is",
    details:
      "A person knows a value if they were given the key that it was sealed to, in any commit of any branch or tag. That " +
      "includes people who were removed since. No passphrase is needed. With one, the values in the history are opened " +
      "and compared: this shows whether a value changed or was only sealed again, and where else it is used. Without " +
      "one, the audit log decides what changed.",
    examples: [
      ["Every secret", "$0 access"],
      ["What bob knows", "$0 access --custodian bob@example.com"],
      ["In CI: fail while a person who was removed knows a value", "$0 access --removed"],
      [
        "For the quarterly review, with exact ages",
        "$0 access -u alice@example.com --format html >review.html",
      ],
    ],
  };

  custodian = option("--custodian", CUSTODIAN, "only what this person knows");
  domain = option("--domain", DOMAIN, "only this domain");
  secret = option("--secret", SECRET, "only this secret: DOMAIN/NAME, or NAME in every domain");
  at = option("--at", text("REV"), "the state at this commit, from its history alone");
  removed = flag("--removed", "only what people who were removed still know; exit status 1 if there is any");
  unused = flag(
    "--unused",
    "only secrets that no manifest or template names, and that this machine's access log shows no read of",
  );
  maxAge = option(
    "--max-age",
    text("TIME"),
    "the age limit in HTML where .pprotect.yaml has none (default: 90d)",
    { initial: "90d", needs: ["--format html"] },
  );
  format = option("--output-format,--format", choice("FORMAT", FORMATS), "how to print it (default: table)", {
    initial: "table",
    excludes: ["--json"],
  });

  async run(): Promise<Outcome> {
    const maxAge = parseDuration("--max-age", this.maxAge);
    const keyFile = await this.#store();
    const wanted = this.#wanted(keyFile);
    const reader = await this.givenReader(keyFile);
    const found = await this.findAccess(keyFile.data, reader, { revision: this.at });
    if (this.removed) this.refuseShallow(found);
    const beside = new Set(stagedRotations(keyFile.data).map((each) => `${each.domain}/${besideOf(each)}`));
    const ages = this.#ageRules(found);
    const limits = [...this.limitsOf(found), ...ages.limits];
    for (const limit of limits) this.note(`pprotect: warning: ${limit}`);
    const unused = await this.#unused(keyFile);
    const access = this.#chosen(found, wanted, unused);
    const shown = new Set(access.secrets.map((each) => `${each.domain}/${each.secret}`));
    const rotations = stagedRotations(keyFile.data)
      .filter((each) => shown.has(`${each.domain}/${each.secret}`))
      .map((each) => ({
        ...each,
        commit: firstCommit(keyFile.data, found, each),
      }));
    const view: AccessView = {
      ...{ store: this.storePath, now: Date.now() },
      ...{ access, unused, rotations, beside, ageRules: ages.rules },
    };
    const result: Result = {
      store: this.storePath,
      at: this.at ?? null,
      ...accessFields(view),
      commits: found.commits,
      shallow: found.isShallow,
      unreadable: found.unreadable.map(({ shortId, problem }) => ({ commit: shortId, problem })),
    };
    await this.#print(view, result, maxAge, limits);
    if (!this.removed || !isStale(access)) return { result };
    const stale = access.secrets.filter((each) => staleKnowers(each).length > 0).length;
    return { result, refusal: staleAccess(access, stale) };
  }

  async #store(): Promise<KeyFile> {
    if (this.at === undefined) return this.readStore();
    const { storeAt } = await import("../../../git/history/store-at.ts");
    return storeAt(absolutePath(this.storePath), this.at, "--at");
  }

  /** How old values may get. A configuration that cannot be used limits the review, and does not prevent it. */
  #ageRules({ access }: FoundAccess): {
    readonly rules: AccessView["ageRules"];
    readonly limits: readonly string[];
  } {
    try {
      const { rotation } = readConfigFile(configPath(this.storePath));
      const rules = access.secrets.map(({ domain, secret }): [string, AgeRule] => {
        const { maxAge, owner } = rotationRule(rotation, domain, secret);
        return [`${domain}/${secret}`, { maxAge, owner }];
      });
      return { rules: new Map(rules), limits: [] };
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      return { rules: new Map(), limits: [`${error.message}: how old values may get is not known`] };
    }
  }

  #wanted(keyFile: KeyFile): Wanted {
    const { domain, secret, custodian } = this;
    const given = [domain, secret, custodian].filter((each) => each !== undefined).length;
    if (given > 1) {
      throw new PprotectError("usage", "access takes one of --custodian, --domain and --secret");
    }
    if (domain !== undefined) findDomain(keyFile.data, domain);
    const path = secret === undefined ? undefined : splitSecretPath(secret);
    if (path) findSecret(path.domain, findDomain(keyFile.data, path.domain), path.secret);
    return { domain: path?.domain ?? domain, secret: path?.secret ?? secret, custodian };
  }

  async #unused(keyFile: KeyFile): Promise<Set<string> | undefined> {
    if (!this.unused && this.format !== "html") return undefined;
    const { unusedSecrets } = await import("../../reading/unused-secrets.ts");
    return unusedSecrets(realpathOfExistingPrefix(this.storePath), keyFile.data);
  }

  /** What the line asks for. @throws PprotectError `no_such_custodian`, `no_such_secret` where no version has the name */
  #chosen({ access, history }: FoundAccess, wanted: Wanted, unused: ReadonlySet<string> | undefined): Access {
    const { domain, secret, custodian } = wanted;
    if (custodian !== undefined && !history.custodians.has(custodian))
      throw noSuchPerson(custodian, history.custodians);
    if (secret !== undefined && !access.secrets.some((each) => each.secret === secret)) {
      throw new PprotectError("no_such_secret", `no domain has a secret "${displayName(secret)}"`);
    }
    const isUnused = ({ domain, secret }: SecretAccess) => unused?.has(`${domain}/${secret}`) ?? false;
    const secrets = access.secrets
      .filter((each) => domain === undefined || each.domain === domain)
      .filter((each) => secret === undefined || each.secret === secret)
      .filter((each) => custodian === undefined || isKnownTo(custodian, each))
      .filter((each) => !this.removed || namedAmong(staleKnowers(each), custodian).length > 0)
      .filter((each) => !this.unused || isUnused(each));
    const names = new Set(secrets.map((each) => each.domain));
    const domains = access.domains
      .filter((each) => domain === undefined || each.domain === domain)
      .filter((each) => secret === undefined || names.has(each.domain))
      .map((each) => ({ ...each, formerOwners: namedAmong(each.formerOwners, custodian) }))
      .filter(
        (each) => custodian === undefined || each.owners.includes(custodian) || each.formerOwners.length > 0,
      )
      .filter((each) => !this.removed || each.formerOwners.length > 0);
    if (!this.removed) return { secrets, domains };
    return {
      secrets: secrets.map((each) => ({ ...each, knowers: namedAmong(each.knowers, custodian) })),
      domains,
    };
  }

  async #print(view: AccessView, result: Result, maxAge: number, limits: readonly string[]): Promise<void> {
    switch (this.format) {
      case "json":
        return this.print(indentedJson(result));
      case "csv":
        return this.print(accessCsv(view));
      case "md":
        return this.print(accessMarkdown(view));
      case "html": {
        const { accessHtml } = await import("../../report/access/html.ts");
        return this.print(accessHtml(view, { maxAge, limits, ...(await this.#timeline()) }));
      }
      case "table":
        this.print(accessTable(view));
        this.note(`${countNoun(view.access.secrets.length, "secret")}.`);
    }
  }

  async #timeline() {
    const { timelineOf } = await import("../../reading/timeline.ts");
    return timelineOf(absolutePath(this.storePath), this.at);
  }
}

/** The first commit that has the sealed value beside the one in use. */
function firstCommit(
  { domains }: StoreData,
  { history }: FoundAccess,
  rotation: StagedRotation,
): string | undefined {
  const sealed = domains.get(rotation.domain)?.secrets.get(besideOf(rotation)) ?? "";
  return history.boxes.get(boxId(sealed))?.since.commit;
}

function isKnownTo(custodian: string, { readers, knowers }: SecretAccess): boolean {
  return readers.includes(custodian) || knowers.some((knower) => knower.custodian === custodian);
}

/** Those of the people that the line names; all of them if it names none. */
function namedAmong<Person extends { readonly custodian: string }>(
  people: readonly Person[],
  custodian: string | undefined,
): readonly Person[] {
  return custodian === undefined ? people : people.filter((each) => each.custodian === custodian);
}

function noSuchPerson(name: string, known: ReadonlySet<string>): PprotectError {
  const near = suggest(name, [...known]);
  return new PprotectError(
    "no_such_custodian",
    `no version of the store has a key custodian ${displayName(name)}`,
    near === undefined ? undefined : `did you mean "${displayName(near)}"?`,
  );
}

function staleAccess({ domains }: Access, stale: number): PprotectError {
  const [key] = domains.filter(({ formerOwners }) => formerOwners.length > 0);
  return new PprotectError(
    "stale_access",
    `${countNoun(stale, "value")} known to people who were removed` +
      (key ? `; the key of domain "${displayName(key.domain)}" was not replaced since` : ""),
    key
      ? "`pprotect rotate-domain-keys` replaces the key; then `pprotect update-secret` changes each value"
      : "`pprotect update-secret` changes each value",
  );
}
