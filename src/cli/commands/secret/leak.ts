import { dirname, relative } from "node:path";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { decodeUtf8 } from "../../../common/utf8.ts";
import { type LeakReport, searchRepository } from "../../../git/leak/search.ts";
import { openAnyRepository, type Repository } from "../../../git/process/repository.ts";
import { existingDirectory, locateInRepository } from "../../../git/process/store-location.ts";
import type { AccessEntry } from "../../../lease/access-log/entry.ts";
import { type Finder, finderOf } from "../../../redact/finder.ts";
import { boxId } from "../../../store/access/access-history.ts";
import type { SecretAccess } from "../../../store/access/who-knows.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain, findSecret } from "../../../store/lookup.ts";
import { splitSecretPath } from "../../../store/secret-path.ts";
import { absolutePath } from "../../../system/path-text.ts";
import { realpathOfParent } from "../../../system/real-path.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option } from "../../argv/option.ts";
import { choice, FILE, SECRET_OR_DOMAIN } from "../../argv/value-type.ts";
import { AccessCommand } from "../../base/access-command.ts";
import { refuseForbiddenPlaintext } from "../../base/plaintext-fence.ts";
import type { InputPrompter } from "../../input/input-prompter.ts";
import { readPipedValue, readValueFile } from "../../input/secret-value.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { indentedJson } from "../../report/json-text.ts";
import { incidentReport } from "../../report/leak/incident.ts";
import { leakPlan, needsRewrite, planText, type Step } from "../../report/leak/plan.ts";
import type { LeakSubject, LeakView } from "../../report/leak/subject.ts";
import { foundSecrets } from "../../report/leak/subject.ts";
import { leakFields, leakText } from "../../report/leak/text.ts";
import { Progress } from "../../report/progress.ts";

const EMPTY_HINT = "pipe the value in, or give its file with --value-file";
const PLAN_HINT = "hint: `pprotect leak --plan` says what to do, in order";

/** ms before progress is shown. */
const PROGRESS_AFTER = 1000;

/** The values to search, and who knows them. */
interface Searched {
  readonly values: readonly (readonly [LeakSubject, string])[];
  readonly access: readonly SecretAccess[];
}

export default class LeakCommand extends AccessCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "search the whole repository for values of secrets in plain text",
    details:
      "Searches every object of git (all branches, tags, stashes, notes, the index, reflogs, messages, and what no commit " +
      "reaches any more), git's own files, and the changed files of all work trees, in every encoding that `exec --redact` knows; " +
      "submodules and other repositories inside too. With --value-file also a bare repository. Searches the values that the secrets have, and those that they had in the history of the store. Without a secret: all that " +
      "you own. The exit status is 1 when something was found. No value is printed.",
    examples: [
      ["One secret", "$0 leak prod/db-password"],
      ["Everything that you own", "$0 leak"],
      ["A value that is in no store, from a pipe", "$0 leak --value-file - < value"],
      ["What to do now, in order", "$0 leak prod/db-password --plan"],
      ["The document of the incident", "$0 leak prod/db-password --report md > incident.md"],
      ["Check that it is gone, ignored files included", "$0 leak prod/db-password --verify"],
    ],
  };

  target = optionalArgument(
    "secret",
    SECRET_OR_DOMAIN,
    "the secret, as DOMAIN/SECRET, or a whole domain (default: all that you own)",
  );
  valueFile = option("--value-file", FILE, "search for the value in this file instead; - is standard input");
  ignored = flag("--ignored", "search ignored files of the work trees too");
  plan = flag("--plan", "print what to do, and write the values for git-filter-repo into a private file");
  report = option("--report", choice("FORMAT", ["md", "json"]), "print the document of the incident", {
    excludes: ["--json"],
  });
  verify = flag("--verify", "search everything again, ignored files too, to check that it is gone");

  protected override openPrompter(): InputPrompter | undefined {
    return (this.valueFile === "-" ? this.openTerminalPrompter() : undefined) ?? super.openPrompter();
  }

  async run(): Promise<Outcome> {
    this.#check();
    const { values, access } = await this.#searched();
    const finder = finderOf(values);
    // An exit status of 0 would say that the repository is clean.
    if (values.length > 0 && finder.left.length === values.length)
      throw new PprotectError("usage", "nothing can be searched: too short, a common word or not text");
    const repository = await this.#repository();
    const report = await this.#search(repository, finder);
    const names = new Set(report.leaks.map(({ label: { domain, secret } }) => `${domain}/${secret}`));
    const view: LeakView = {
      store: this.storePath,
      now: Date.now(),
      report,
      left: finder.left,
      access: access.filter(({ domain, secret }) => names.has(`${domain}/${secret}`)),
    };
    this.#noteSearch(view, values.length - finder.left.length);
    const found = foundSecrets(view);
    const steps =
      found.length > 0 && (this.plan || this.report) ? await this.#steps(view, finder, repository) : [];
    const result = { ...leakFields(view), plan: steps.map((step) => ({ ...step })) };
    if (this.report === "json") this.print(indentedJson(result));
    else await this.#print(view, steps);
    if (found.length > 0) {
      if (!this.plan && this.report === undefined) this.note(PLAN_HINT);
      return { result, refusal: leaked(found) };
    }
    const isComplete = report.unread.length === 0 && !report.limits.some(({ isGap }) => isGap);
    return this.verify && !isComplete ? { result, refusal: notSearched() } : { result };
  }

  #check(): void {
    if (this.plan) refuseForbiddenPlaintext(process.env, "leak --plan");
    if (this.target !== undefined && this.valueFile !== undefined)
      throw new PprotectError("usage", "leak takes a secret or --value-file, not both");
    if (Number(this.plan) + Number(this.verify) + Number(this.report !== undefined) > 1)
      throw new PprotectError("usage", "leak takes one of --plan, --report and --verify");
  }

  async #searched(): Promise<Searched> {
    if (this.valueFile === undefined) return this.#ofStore(this.readStore());
    const { value, notes } =
      this.valueFile === "-" ? readPipedValue(EMPTY_HINT) : readValueFile(this.valueFile);
    for (const note of notes) this.note(note);
    const subject = { domain: undefined, secret: undefined, isCurrent: true, since: undefined };
    return { values: [[subject, value]], access: [] };
  }

  /** The values of the secrets that were asked for, today's and earlier ones. */
  async #ofStore(keyFile: KeyFile): Promise<Searched> {
    const isWanted = this.#wanted(keyFile);
    (await this.recorder()).check();
    const custodian = await this.unlock(keyFile);
    await this.recordOwned(keyFile, custodian);
    const { access, history } = await this.findAccess(keyFile.data, custodian);
    const current = new Map<string, { domain: string; secret: string }>();
    for (const domain of keyFile.domainsOf(custodian.name)) {
      for (const [secret, sealed] of findDomain(keyFile.data, domain).secrets)
        if (isWanted(domain, secret)) current.set(boxId(sealed), { domain, secret });
    }
    const values = new Map<string, readonly [LeakSubject, string]>();
    const { openBoxes } = await import("../../../store/access/open-history.ts");
    openBoxes(
      history,
      custodian,
      this.usedPassphrase ?? "",
      ({ id, place, since }, plaintext) => {
        const now = current.get(id);
        const { domain, secret } = now ?? place;
        // What is not text cannot be searched, as what is too short.
        const value = decodeUtf8(plaintext) ?? "";
        const key = JSON.stringify([domain, secret, value]);
        if (now === undefined && values.has(key)) return;
        values.set(key, [{ domain, secret, isCurrent: now !== undefined, since }, value]);
      },
      ({ id, place }) => current.has(id) || isWanted(place.domain, place.secret),
    );
    return { values: [...values.values()], access: access.secrets };
  }

  /** @throws PprotectError `no_such_domain`, `no_such_secret` */
  #wanted({ data }: KeyFile): (domain: string, secret: string) => boolean {
    const { target } = this;
    if (target === undefined) return () => true;
    if (data.domains.has(target)) return (domain) => domain === target;
    const path = splitSecretPath(target);
    if (path === undefined) {
      findDomain(data, target);
      return () => false;
    }
    findSecret(path.domain, findDomain(data, path.domain), path.secret);
    return (domain, secret) => domain === path.domain && secret === path.secret;
  }

  /** A bare repository has no store in a file, but a value may be in it. */
  async #repository(): Promise<Repository> {
    const store = absolutePath(this.storePath);
    if (this.valueFile === undefined) return (await locateInRepository(store)).repository;
    return openAnyRepository(existingDirectory(dirname(store)));
  }

  async #search(repository: Repository, finder: Finder<LeakSubject>): Promise<LeakReport<LeakSubject>> {
    const progress = new Progress("searching object", PROGRESS_AFTER);
    try {
      return await searchRepository(repository, finder, {
        withIgnored: this.ignored || this.verify,
        onProgress: (done, total) => progress.show(done, total),
      });
    } finally {
      progress.clear();
    }
  }

  #noteSearch({ report, left }: LeakView, searched: number): void {
    if (left.length > 0) {
      const names = left.map(({ domain, secret }) =>
        domain === undefined ? "the value" : displayName(`${domain}/${secret}`),
      );
      this.note(
        `pprotect: warning: not searched, as too short, a common word or not text: ${[...new Set(names)].join(", ")}`,
      );
    }
    if (report.unread.length > 0)
      this.note(`pprotect: warning: could not be read: ${countNoun(report.unread.length, "file")}`);
    for (const { text } of report.limits) this.note(`pprotect: warning: ${text}`);
    this.note(
      `Searched ${countNoun(report.objects, "object")} and ${countNoun(report.files, "file")} for ${countNoun(searched, "value")}.`,
    );
  }

  async #steps(
    view: LeakView,
    finder: Finder<LeakSubject>,
    repository: Repository,
  ): Promise<readonly Step[]> {
    const { filterRepo } = await import("../../../git/leak/filter-repo.ts");
    const { reachOf } = await import("../../../git/leak/reach.ts");
    const places = view.report.leaks.map(({ place }) => place);
    const own = places.filter((place) => place.repository === undefined);
    const isBare = (await repository.run("rev-parse", "--is-bare-repository")).trim() === "true";
    return leakPlan(view, {
      ...(await reachOf(repository, own)),
      tool: filterRepo(),
      root: repository.root,
      isBare,
      store: relative(repository.root, realpathOfParent(absolutePath(this.storePath))),
      // Files with values are written only for a step that uses and removes them.
      rewriting:
        this.plan && needsRewrite(view) ? await this.#rewriting(view, finder, repository) : undefined,
    });
  }

  async #rewriting({ report }: LeakView, finder: Finder<LeakSubject>, repository: Repository) {
    const { rewritingOf } = await import("../../../git/leak/rewriting.ts");
    const { writeRewriteFiles } = await import("../../reading/rewrite-files.ts");
    const rewriting = await rewritingOf(repository, finder, report.found);
    const required = (await this.recorder()).check();
    const { warn } = this.givenCredentials;
    const files = await writeRewriteFiles(rewriting, { store: this.storePath, required, warn });
    return { ...rewriting, files };
  }

  async #print(view: LeakView, steps: readonly Step[]): Promise<void> {
    if (this.report !== undefined) return this.print(incidentReport(view, steps, await this.#reads(view)));
    this.print(leakText(view));
    if (steps.length > 0) this.print(`\n${planText(steps)}`);
  }

  /** The reads of the secrets that this machine's access log has. */
  async #reads(view: LeakView): Promise<readonly AccessEntry[]> {
    const { readAccessLog } = await import("../../../lease/access-log/files.ts");
    const { entriesIn } = await import("../../../lease/access-log/filter.ts");
    const { stateDirectory } = await import("../../../system/state-directory.ts");
    const found = foundSecrets(view);
    return readAccessLog(stateDirectory(process.env))
      .flatMap(([, text]) => entriesIn(text))
      .filter(({ domains = [] }) =>
        domains.some((each) =>
          found.some(
            ({ domain, secret }) =>
              each.domain === domain && secret !== undefined && each.secrets?.includes(secret) === true,
          ),
        ),
      );
  }
}

function notSearched(): PprotectError {
  return new PprotectError(
    "incomplete_history",
    "nothing found, but not everything could be searched: see the warnings",
    "fetch what is missing (`git fetch --unshallow`, `git fetch --refetch --no-filter`), or search another clone",
  );
}

function leaked(found: readonly LeakSubject[]): PprotectError {
  const current = found.filter(({ isCurrent }) => isCurrent).length;
  return new PprotectError(
    "leaked",
    `${countNoun(found.length, "value")} in plain text, ${current} of them in use`,
    "`pprotect leak --plan` says what to do, in order",
  );
}
