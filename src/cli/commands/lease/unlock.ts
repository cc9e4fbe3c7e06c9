import { formatDuration } from "../../../common/duration.ts";
import { PprotectError } from "../../../common/errors.ts";
import { LEASE_VARIABLE } from "../../../common/lease-variable.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { encodeUtf8 } from "../../../common/utf8.ts";
import type { StartState } from "../../../exec/process/start-state.ts";
import { requireLeases } from "../../../lease/availability.ts";
import type { Grant } from "../../../lease/grant.ts";
import { type StartedLease, startLease } from "../../../lease/start.ts";
import { openDomainKey } from "../../../store/domain.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain } from "../../../store/lookup.ts";
import { identityOf, type ProcessIdentity } from "../../../system/process-identity.ts";
import { realpathOfParent } from "../../../system/real-path.ts";
import { programAfterEnd, restArguments } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { option, repeatableOption } from "../../argv/option.ts";
import { DOMAIN, PROGRAM, SECRET_GLOB, text } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import { heartbeatEnvironment, heartbeatOf } from "../../base/heartbeat-options.ts";
import { chosenTtl } from "../../reading/lifetime.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { grantFields } from "../../report/lease-text.ts";
import { localTime } from "../../report/local-time.ts";

export default class UnlockCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "leases",
    summary: "give the passphrase once, and let programs use it for a while",
    details:
      "Starts a process that holds the keys of the domains and opens their secrets for other commands of this user, " +
      "until its time is over or `pprotect lock` ends it. The keys never leave it, and it ends with the session of the machine. " +
      "With a program after `--`, only that program can use the lease, by the variable PPROTECT_LEASE, and the lease " +
      "ends with the program. `lease grant` is another name of this command.",
    everyday: true,
    examples: [
      ["All domains that you own, for an hour", "$0 unlock"],
      ["One domain for a working day", "$0 unlock dev --ttl 8h"],
      [
        "Some secrets for one agent, as long as it runs",
        "$0 unlock dev --only 'api-*' --client agent -- agent",
      ],
      ["End it", "$0 lock"],
    ],
  };

  ttl = option(
    "--ttl",
    text("TIME"),
    "how long, such as 30m or 8h (default: git config pprotect.ttl, else 1h)",
  );
  only = repeatableOption("--only", SECRET_GLOB, "only secrets whose name, or DOMAIN/NAME, matches");
  client = option(
    "--client-id,--client",
    text("NAME"),
    "a name for what uses it, for `audit`, `lock` and `revoke`",
  );
  reason = option("--reason", text("TEXT"), "what it is for, for `status` and `audit`");
  uses = option("--uses", text("NUMBER"), "how many commands may use it (default: any number)");
  while = option("--while", text("COMMAND"), "end it when this shell command fails, such as 'test -e FILE'");
  every = option("--every", text("TIME"), "from one run of --while to the next (default: 30s)");
  misses = option("--misses", text("NUMBER"), "how many failures in a row end it (default: 3)");
  domains = restArguments("domains", DOMAIN, "the domains (default: all that you own)");
  program = programAfterEnd("program", PROGRAM, "the only program that may use it, with its arguments");

  async run(): Promise<Outcome | number> {
    requireLeases();
    if (this.client?.trim() === "") throw new PprotectError("usage", "--client is empty");
    const { readStartState } = await import("../../../exec/process/start-state.ts");
    const start = readStartState();
    const ttl = await chosenTtl(this.ttl);
    const uses = this.#uses();
    const heartbeat = this.#heartbeat();
    const keyFile = this.readStore();
    for (const domain of this.domains) findDomain(keyFile.data, domain);
    const recorder = await this.recorder();
    recorder.check();
    const custodian = await this.unlockToRead(keyFile, this.domains);
    const program = this.#programIdentity();
    const names = this.#domainNames(keyFile, custodian.name);
    if (this.domains.length === 0) await this.unlockToRead(keyFile, names);
    const domains = names.map((name) => {
      const domain = findDomain(keyFile.data, name);
      return { name, domain, privateKey: openDomainKey(name, domain, custodian) };
    });
    const store = realpathOfParent(this.storePath);
    const { only, client, reason } = this;
    const environment = process.env;
    const request = { store, domains, only, ttl, uses, client, reason, program, heartbeat, environment };
    const started = await startLease({ ...request, custodian: custodian.name });
    await this.#record(started);
    const { grant, token } = started;
    if (token !== undefined) return this.#runProgram(token, start);
    const unlocked = grant.domains.map(({ name }) => displayName(name)).join(", ");
    this.note(
      `Unlocked ${unlocked} for ${formatDuration(ttl)}, until ${localTime(grant.until)}: lease ${grant.id}.`,
    );
    return {
      result: { store: this.storePath, ...grantFields(grant), ttl: formatDuration(ttl), pid: started.pid },
      nextActions: [
        { command: `pprotect lock ${grant.id}`, description: "end the lease", runnable: true },
        { command: "pprotect status", description: "show what is unlocked and handed out", runnable: true },
      ],
    };
  }

  #uses(): number | undefined {
    if (this.uses === undefined) return undefined;
    if (/^[1-9]\d{0,8}$/.test(this.uses)) return Number(this.uses);
    throw new PprotectError("usage", `--uses "${displayName(this.uses)}" is not a whole number of 1 or more`);
  }

  /** The command of --while, which is run here and with our variables. */
  #heartbeat() {
    const heartbeat = heartbeatOf(this);
    const environment = heartbeatEnvironment(this.credentialPrefixes);
    return heartbeat && { ...heartbeat, directory: process.cwd(), environment };
  }

  #domainNames(keyFile: KeyFile, custodian: string): readonly string[] {
    const names = this.domains.length > 0 ? [...new Set(this.domains)] : keyFile.domainsOf(custodian);
    if (names.length > 0) return names;
    throw new PprotectError(
      "not_owner",
      `${displayName(custodian)} owns no domain`,
      "there is nothing to unlock",
    );
  }

  /** The program that this process becomes. */
  #programIdentity(): (ProcessIdentity & { readonly name: string }) | undefined {
    const [name] = this.program;
    const identity = name === undefined ? undefined : identityOf(process.pid);
    return name === undefined || !identity
      ? undefined
      : { ...identity, name: name.split("/").at(-1) ?? name };
  }

  /** A lease that cannot be recorded where it has to be is ended. The program is this process still. */
  async #record({ grant }: StartedLease): Promise<void> {
    const recorder = await this.recorder();
    const { client, reason, id: lease, custodian } = grant;
    try {
      await recorder.record({
        client,
        reason,
        lease,
        custodian,
        domains: namesIn(grant),
        program: grant.program?.name,
      });
      await this.#noteProgram(grant);
    } catch (error) {
      const { endLeases, chosenLeases } = await import("../../../lease/end.ts");
      const { findLeases } = await import("../../../lease/find.ts");
      await endLeases(chosenLeases(await findLeases(process.env), { by: "id", id: lease }));
      throw error;
    }
  }

  /** For `status`, and for `revoke`, which ends the program. */
  async #noteProgram(grant: Grant): Promise<void> {
    if (!grant.program) return;
    const { noteProgram } = await import("../../reading/hand-out.ts");
    const { storePath: store } = this;
    const { warn } = this.givenCredentials;
    const required = (await this.recorder()).check();
    const domains = grant.domains.map(({ name }) => name);
    await noteProgram({ store, domains, leases: [grant], required, warn }, grant.program.name ?? "a program");
  }

  async #runProgram(token: string, start: StartState): Promise<number> {
    const { childEnvironment } = await import("../../../exec/environment.ts");
    const { runInPlace } = await import("../../../exec/run-program.ts");
    const { credentialPrefixes } = this;
    const inherited = childEnvironment([], start.variables, {
      noPassthrough: false,
      keep: [],
      credentialPrefixes,
    });
    this.releaseTerminal();
    return runInPlace({
      command: this.program as unknown as readonly [string, ...string[]],
      variables: [...inherited, encodeUtf8(`${LEASE_VARIABLE}=${token}`)],
      secrets: [],
      start,
    });
  }
}

function namesIn({ domains }: Grant) {
  return domains.map(({ store, name, only }) => ({
    store,
    domain: name,
    secrets: only?.boxes.map(([secret]) => secret),
  }));
}
