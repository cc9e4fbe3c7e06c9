import { Command, Option } from "clipanion";
import { PprotectError } from "../../common/errors.ts";
import { hasGivenCredentials, resolveCredentials } from "../../credentials/resolve.ts";
import { runMergeDriver } from "../../git/merge/merge-driver.ts";
import type { Creds } from "../../store/creds.ts";
import { BaseCommand } from "../base-command.ts";

const DEFAULT_MARKER_SIZE = 7;

export class GitMergeDriverCommand extends BaseCommand {
  static override paths = [["git", "merge-driver"]];
  static override usage = Command.Usage({
    category: "Git",
    description: "merge a store by meaning; git calls it as %O %A %B %L %P",
  });

  base = Option.String({ name: "%O" });
  ours = Option.String({ name: "%A" });
  theirs = Option.String({ name: "%B" });
  markerSize = Option.String({ name: "%L", required: false });
  storeName = Option.String({ name: "%P", required: false });

  async run(): Promise<number> {
    const size = Number(this.markerSize ?? DEFAULT_MARKER_SIZE);
    if (!Number.isInteger(size) || size < 1 || size > 1000) {
      throw new PprotectError("usage", "the marker size (%L) is a number from 1 to 1000");
    }
    const { clean, report } = await runMergeDriver({
      base: this.base,
      ours: this.ours,
      theirs: this.theirs,
      markerSize: size,
      path: this.storeName ?? this.ours,
      creds: await this.#credentialsAtHand(),
    });
    for (const line of report) this.note(line);
    return clean ? 0 : 1;
  }

  /** Git may be running without anyone to ask. */
  async #credentialsAtHand(): Promise<Creds | undefined> {
    if (!hasGivenCredentials(this.givenCredentials)) return undefined;
    return resolveCredentials({ ...this.givenCredentials, prompter: undefined });
  }
}
