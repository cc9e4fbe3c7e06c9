import { parseDuration } from "../../../common/duration.ts";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import type { AccessEntry } from "../../../lease/access-log/entry.ts";
import { readAccessLog } from "../../../lease/access-log/files.ts";
import {
  type AccessFilter,
  entriesIn,
  lastEntries,
  leasesOf,
  matches,
} from "../../../lease/access-log/filter.ts";
import { followAccessLog } from "../../../lease/access-log/follow.ts";
import { verifyChain } from "../../../lease/access-log/verify.ts";
import { stateDirectory } from "../../../system/state-directory.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag, option } from "../../argv/option.ts";
import { CLIENT, SECRET, text } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import { describeEntry, entryFields } from "../../report/access-log-text.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { jsonLine } from "../../report/json-text.ts";
import { writeLine } from "../../report/output.ts";

export default class AuditCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "leases",
    summary: "show which secrets were read on this machine, and by what",
    details:
      "Shows the access log of this user: each read of a value, each lease and what was taken back; never a value. " +
      "With PPROTECT_AUDIT=required, nothing is read unless the log can be written. --verify checks the chain of " +
      "hashes; it cannot show that entries were removed at the end, or that the whole log was written again. " +
      "The changes to the store are another log: `pprotect list-audit-log`.",
    examples: [
      ["The last 50 entries", "$0 audit"],
      [
        "What an agent read in the last hour, and what it reads from now on",
        "$0 audit --client agent --since 1h --follow",
      ],
      ["Whether the log was changed", "$0 audit --verify"],
    ],
  };

  tail = option("--tail", text("NUMBER"), "how many entries (default: 50)", { initial: "50" });
  follow = flag(
    "--follow",
    "go on with the entries that come, until Ctrl-C; with --json a line for each entry",
  );
  since = option("--since", text("TIME"), "not older than this: 30m, 2d, or a date such as 2026-02-03");
  client = option("--client-id,--client", CLIENT, "only entries of this client, or of its leases");
  secret = option("--secret", SECRET, "only entries about this secret, NAME or DOMAIN/NAME");
  verify = flag(
    "--verify",
    "check that no entry was changed or removed in between, instead of showing them",
    {
      excludes: ["--tail", "--follow", "--since", "--client", "--secret"],
    },
  );

  async run(): Promise<Outcome | number> {
    const directory = stateDirectory(process.env);
    if (this.verify) return this.#verified(directory);
    const since = this.#sinceDate();
    const count = this.#count();
    const all = readAccessLog(directory).flatMap(([, text]) => entriesIn(text));
    const { client, secret } = this;
    const filter = { since, client, secret, leases: leasesOf(client, all) };
    const entries = lastEntries(all, filter, count);
    if (this.follow) return this.#followFrom(directory, all.at(-1)?.seq ?? 0, entries, filter);
    for (const entry of entries) this.printLine(describeEntry(entry));
    if (entries.length === 0) this.note("The access log has no such entry.");
    return { result: { entries: entries.map(entryFields) } };
  }

  /** @param last the number of the newest entry that was read */
  async #followFrom(
    directory: string,
    last: number,
    entries: readonly AccessEntry[],
    filter: AccessFilter & { readonly leases: Set<string> },
  ): Promise<number> {
    const show = (entry: AccessEntry): void =>
      writeLine(this.json ? jsonLine(entryFields(entry)) : describeEntry(entry));
    const stop = new AbortController();
    process.on("SIGINT", () => stop.abort());
    process.on("SIGTERM", () => stop.abort());
    const following = followAccessLog(directory, stop.signal, { after: last });
    for (const entry of entries) show(entry);
    for await (const entry of following) {
      for (const lease of leasesOf(filter.client, [entry])) filter.leases.add(lease);
      if (matches(entry, filter)) show(entry);
    }
    return 0;
  }

  #verified(directory: string): Outcome {
    const { entries, first, breaks, cut } = verifyChain(readAccessLog(directory));
    for (const { file, line, problem } of breaks) this.printLine(`${displayName(file)}:${line}: ${problem}`);
    for (const { file, line } of cut)
      this.note(`${displayName(file)}:${line}: cut off while it was written, and passed over`);
    this.note(
      `${countNoun(entries, "entry", "entries")}, ${countNoun(breaks.length, "break")} in the chain.`,
    );
    const result = {
      entries,
      first: first ?? null,
      breaks: breaks.map((each) => ({ ...each })),
      cut: cut.map((each) => ({ ...each })),
    };
    if (breaks.length === 0) return { result };
    const refusal = new PprotectError(
      "findings",
      `the access log was changed: the chain breaks in ${countNoun(breaks.length, "place")}`,
      "entries before a break may be others than those that were written",
    );
    return { result, refusal };
  }

  #count(): number {
    if (/^\d{1,9}$/.test(this.tail)) return Number(this.tail);
    throw new PprotectError("usage", `--tail "${displayName(this.tail)}" is not a whole number`);
  }

  #sinceDate(): Date | undefined {
    if (this.since === undefined) return undefined;
    if (/^\d{4}-\d\d-\d\d/.test(this.since)) {
      const ms = Date.parse(this.since);
      if (!Number.isNaN(ms)) return new Date(ms);
    }
    return new Date(Date.now() - parseDuration("--since", this.since));
  }
}
