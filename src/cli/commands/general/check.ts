import { PprotectError } from "../../../common/errors.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { configPath, readConfigFile } from "../../../config/config.ts";
import { CONFIG_FILE } from "../../../config/config-file.ts";
import { type ValueChecker, valueChecker } from "../../../config/values/check.ts";
import {
  formatProblem,
  InvalidStoreError,
  type Problem,
  UnresolvedMergeError,
} from "../../../store/format/problem.ts";
import { KeyFile } from "../../../store/key-file.ts";
import { findDomain } from "../../../store/lookup.ts";
import type { Fault } from "../../../store/open-everything.ts";
import { strayStages } from "../../../store/rotation/states.ts";
import { readStoreBytes } from "../../../store/store-file.ts";
import { atPublicKeys, SHARED_KEY_FIX, sharedKeyProblems } from "../../../store/trust/shared-keys.ts";
import { absolutePath } from "../../../system/path-text.ts";
import { hardenProcess } from "../../../system/process-hardening.ts";
import { realpathOfParent } from "../../../system/real-path.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, optionalValueOption, repeatableOption } from "../../argv/option.ts";
import { DOMAIN, FILE } from "../../argv/value-type.ts";
import { LeaseReadingCommand } from "../../base/lease-reading-command.ts";
import type { Outcome, Result } from "../../report/json-envelope.ts";
import { strayText } from "../../report/rotation-text.ts";

export default class CheckCommand extends LeaseReadingCommand {
  static readonly declaration: CommandDeclaration = {
    group: "store",
    summary: "validate the store; with credentials, also decrypt what you own",
    everyday: true,
    examples: [
      ["The file alone", "$0 check"],
      ["Every secret of alice's domains too; a lease saves the passphrase", "$0 check -u alice@example.com"],
      ["Whether all is there that .secrets.json lists", "$0 check --manifest"],
      [
        "The same for two domains, and what each source has said",
        "$0 check --manifest --domain dev --domain prod --explain",
      ],
    ],
  };

  manifest = optionalValueOption(
    "--manifest",
    FILE,
    "also check that every secret of a manifest is there (default: .secrets.json beside the store)",
  );
  domains = repeatableOption("--domain", DOMAIN, "with --manifest: the domain of entries that name none");
  explain = flag("--explain", "with --manifest: print what each source has said; never a value");

  async run(): Promise<Outcome> {
    const bytes = readStoreBytes(absolutePath(this.storePath), this.storePath);
    const keyFile = this.#parse(bytes);
    if (!(keyFile instanceof KeyFile)) return keyFile;
    const counts = countsOf(keyFile);
    // A configuration that cannot be used is reported without credentials too.
    const checkValue = await valueChecker(readConfigFile(configPath(this.storePath)).values);
    const owned =
      (await this.#openByLease(bytes, keyFile, checkValue)) ??
      (await this.#openOwned(bytes, keyFile, checkValue));
    for (const stray of strayStages(keyFile.data)) this.note(`pprotect: warning: ${strayText(stray)}`);
    const opened = owned && { custodian: owned.custodian, secrets: owned.opened, by_lease: owned.byLease };
    const result = { ...counts, opened: opened ?? null };
    const shared = sharedKeyProblems(bytes, keyFile.data);
    const trust = await this.trust(keyFile);
    const untrusted = await trust.problems(keyFile.data);
    const problems = [
      ...shared,
      ...atPublicKeys(
        "untrusted_key",
        bytes,
        untrusted.map(({ domain, refusal }) => ({ domain, message: refusal.message })),
      ),
      ...(owned?.problems ?? []),
    ];
    const refusal =
      (owned && refusalOfOwned(owned)) ??
      (shared.length > 0 ? haveSharedKeys(shared) : untrusted[0]?.refusal);
    if (refusal) return this.#refuse(problems, refusal, result);
    if (owned && !owned.byLease) await this.unlockToRead(keyFile, keyFile.domainsOf(owned.custodian));
    this.note(
      `${escapeUnprintable(this.storePath)}: ok (${countNoun(counts.domains, "domain")}, ` +
        `${countNoun(counts.secrets, "secret")}, ${countNoun(counts.custodians, "custodian")}` +
        `${opened ? `; ${countNoun(opened.secrets, "secret")} opened as ${escapeUnprintable(opened.custodian)}` : ""})` +
        (owned?.byLease ? "; a lease opened them: whether owner entries open was not checked" : ""),
    );
    return this.#withManifest(keyFile, { store: this.storePath, ...result, problems: [] });
  }

  /** With `--manifest`, also whether everything that it lists is there. */
  async #withManifest(keyFile: KeyFile, result: Result): Promise<Outcome> {
    const { manifest, domains, explain } = this;
    if (manifest === undefined) {
      if (domains.length > 0 || explain)
        throw new PprotectError("usage", "--domain and --explain require --manifest");
      return { result };
    }
    const { checkManifestFile } = await import("../../reading/check-manifest.ts");
    const { lackLine, manifestLines, manifestResult } = await import("../../report/manifest-report.ts");
    hardenProcess();
    const path = manifest === true ? undefined : manifest;
    const report = await checkManifestFile(path, this.storePath, keyFile.data, domains, this.looking);
    for (const line of manifestLines(report, explain)) this.printLine(line);
    for (const lack of report.lacks) this.note(lackLine(lack));
    const answer = { result: { ...result, manifest: manifestResult(report) } };
    const problems = report.checked.flatMap(({ problem }) => problem ?? []);
    const [first] = problems;
    if (!first) return answer;
    for (const { message } of problems) this.note(`pprotect: ${message}`);
    return { ...answer, refusal: first };
  }

  /** The store, or what is wrong with it. */
  #parse(bytes: Uint8Array): KeyFile | Outcome {
    try {
      return KeyFile.parse(bytes, this.storePath);
    } catch (error) {
      if (error instanceof InvalidStoreError) {
        const refused = this.#refuse(error.problems, error);
        if (error.problems.length === 1 && error.fix !== undefined) this.note(`hint: ${error.fix}`);
        return refused;
      }
      if (!(error instanceof UnresolvedMergeError)) throw error;
      this.printLine(escapeUnprintable(error.message));
      return this.#outcome(
        [{ code: "unresolved_merge", line: error.line, message: "unresolved merge" }],
        error,
      );
    }
  }

  #refuse(problems: readonly Problem[], refusal: PprotectError, result = UNKNOWN): Outcome {
    for (const problem of problems) this.printLine(formatProblem(this.storePath, problem));
    return this.#outcome(problems, refusal, result);
  }

  #outcome(problems: readonly Problem[], refusal: PprotectError, result = UNKNOWN): Outcome {
    const listed = problems.map(({ code, line, message }) => ({ code, line, message }));
    return { result: { store: this.storePath, ...result, problems: listed }, refusal };
  }

  /** Decrypts what the acting custodian owns; nothing without credentials. */
  async #openOwned(
    bytes: Uint8Array,
    keyFile: KeyFile,
    checkValue: ValueChecker,
  ): Promise<Owned | undefined> {
    if (this.user === undefined && !(await this.hasGivenCredentials(keyFile.data.custodians)))
      return undefined;
    const recorder = await this.recorder();
    recorder.check();
    const custodian = await this.unlock(keyFile);
    const store = realpathOfParent(this.storePath);
    const { checkOwned } = await import("../../../store/open-everything.ts");
    const domains = keyFile.domainsOf(custodian.name).map((domain) => ({ store, domain }));
    await recorder.record({ custodian: custodian.name, domains });
    const problemOf = (secret: string, value: string) => checkValue(secret, value)?.message;
    return { custodian: custodian.name, byLease: false, ...checkOwned(bytes, keyFile, custodian, problemOf) };
  }

  /** Decrypts the secrets of a user who is named without a passphrase, where leases of theirs cover all of them. */
  async #openByLease(
    bytes: Uint8Array,
    keyFile: KeyFile,
    checkValue: ValueChecker,
  ): Promise<Owned | undefined> {
    if (this.user === undefined || !keyFile.data.custodians.has(this.user)) return undefined;
    const { data } = keyFile;
    const sealed = keyFile
      .domainsOf(this.user)
      .map((domain) => ({ domain, ...findDomain(data, domain) }))
      .filter(({ secrets }) => secrets.size > 0)
      .map(({ domain, publicKey, secrets }) => ({ domain, publicKey, boxes: [...secrets] }));
    const values = await this.openByLeases(this.storePath, sealed);
    if (!values) return undefined;
    const { invalidValue, problemsOf, secretPath } = await import("../../../store/open-everything.ts");
    const opened = sealed.flatMap(({ domain }, index) =>
      [...(values[index] ?? [])].map(([secret, value]) => ({ domain, secret, value })),
    );
    const faults = opened.flatMap(({ domain, secret, value }): Fault[] => {
      if (typeof value !== "string")
        return [{ code: "cannot_open", path: secretPath(domain, secret), message: value.message }];
      const problem = checkValue(secret, value);
      return problem ? [invalidValue(domain, secret, problem.message)] : [];
    });
    const readable = opened.filter(({ value }) => typeof value === "string").length;
    return {
      custodian: this.user,
      byLease: true,
      opened: readable,
      problems: problemsOf(bytes, faults),
    };
  }
}

/** The counts of a file that is not a valid store. */
const UNKNOWN: Result = { domains: null, secrets: null, custodians: null, opened: null };

interface Owned {
  readonly custodian: string;
  /** Whether leases opened the secrets: they do not open owner entries. */
  readonly byLease: boolean;
  readonly opened: number;
  readonly problems: readonly Problem[];
}

function refusalOfOwned({ custodian, problems }: Owned): PprotectError | undefined {
  const closed = problems.filter(({ code }) => code === "cannot_open").length;
  if (closed > 0) {
    return new PprotectError(
      "cannot_open",
      `${countNoun(closed, "entry", "entries")} cannot be opened as ${escapeUnprintable(custodian)}`,
    );
  }
  if (problems.length === 0) return undefined;
  return new PprotectError(
    "invalid_value",
    `${countNoun(problems.length, "value")} ${problems.length === 1 ? "is" : "are"} not what ${CONFIG_FILE} asks for`,
  );
}

function haveSharedKeys(problems: readonly Problem[]): PprotectError {
  return new PprotectError(
    "shared_key",
    `${countNoun(problems.length, "domain")} with the public key of another one`,
    SHARED_KEY_FIX,
  );
}

function countsOf({ data: { domains, custodians } }: KeyFile) {
  const secrets = [...domains.values()].reduce((sum, { secrets: { size } }) => sum + size, 0);
  return { domains: domains.size, secrets, custodians: custodians.size };
}
