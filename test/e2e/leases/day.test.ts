import { afterAll, expect, test } from "bun:test";
import { KeyFile } from "../../../src/store/key-file.ts";
import { leaseUser } from "../../support/lease-cli.ts";
import { isAlive } from "../../support/leases.ts";
import { needs } from "../../support/programs.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { NOW } from "../../support/stores.ts";
import { tmux } from "../../support/tmux.ts";
import { until } from "../../support/until.ts";

afterAll(removeFolders);

const USER = "dora@example.com";
const PASSPHRASE = "seven violet tapioca kites over fjords";

/** A store with `dev` and `prod` of a custodian whose key takes a hard derivation. */
function hardStore(): string {
  return KeyFile.create(NOW)
    .addCustodian({ name: USER, passphrase: PASSPHRASE }, "hard", NOW)
    .addDomain("dev", USER, NOW)
    .addDomain("prod", USER, NOW)
    .addSecret("dev", "api-key", "dev-api-key", NOW)
    .addSecret("prod", "token", "prod-token", NOW)
    .toString();
}

test.if(needs("tmux"))(
  "a working day at two windows, with a key of type hard: the passphrase is typed when something is unlocked, and only then",
  async () => {
    const user = leaseUser(hardStore());
    const terminal = tmux({ cwd: user.box.folder, env: user.directories });
    const leasesNow = async () => (await user.answer(["status"])).result.leases;
    try {
      // In the morning. Nothing that is typed is shown.
      const shell = terminal.window("shell");
      shell.line(`pprotect unlock -u ${USER} --ttl 8h`);
      await shell.shows("Passphrase: ");
      shell.line(PASSPHRASE);
      expect(await shell.shows("Unlocked dev, prod for 8h")).not.toContain("tapioca");
      expect(await shell.run("pprotect exec --domain dev -- printenv api-key")).toContain("\ndev-api-key\n");
      expect(await shell.run("pprotect get prod/token")).toContain("prod-token\n");

      // An agent in the other window gets a lease of its own, for some names.
      const agent = terminal.window("agent");
      agent.line(
        `pprotect unlock dev -u ${USER} --only 'api-*' --client agent -- sh -c 'echo rea""dy; exec sh'`,
      );
      await agent.shows("Passphrase: ");
      agent.line(PASSPHRASE);
      await agent.shows("\nready\n");
      expect(await leasesNow()).toHaveLength(2);
      expect(await agent.run("pprotect exec --domain dev -- printenv api-key")).toContain("\ndev-api-key\n");
      expect(await agent.run("pprotect get prod/token")).toContain("does not cover domain");
      agent.clear();
      agent.line("pprotect exec --domain dev -- sh -c 'echo work''ing; sleep 600'");
      await agent.shows("\nworking\n");

      // The person sees it, and takes it back: the agent and what it started are gone.
      expect(await shell.run("pprotect status")).toMatch(
        /client agent; for sh [\s\S]*sh \(process \d+\): dev/,
      );
      expect(await shell.run("pprotect revoke --client agent")).toContain("Ended 3 leases and programs");
      expect(await agent.run("echo PPROTECT_LEASE: $PPROTECT_LEASE.")).toContain("\nPPROTECT_LEASE: .\n");
      expect(await shell.run("pprotect get dev/api-key")).toContain("dev-api-key\n");

      // The lease's process is killed: the next command says nothing wrong and asks.
      const [mine] = await leasesNow();
      process.kill(mine.pid, "SIGKILL");
      await until(() => !isAlive(mine.pid));
      shell.clear();
      shell.line(`pprotect get dev/api-key -u ${USER}`);
      await shell.shows("Passphrase: ");
      shell.press("C-c");
      expect(await shell.shows(/interrupted; nothing was changed\n[#$>]/)).not.toContain("dev-api-key");

      // Unlocked again; after the rotation of a key the lease does not open the domain, and says so.
      shell.clear();
      shell.line(`pprotect unlock -u ${USER} --ttl 1h`);
      await shell.shows("Passphrase: ");
      shell.line(PASSPHRASE);
      await shell.shows("Unlocked dev, prod for 1h");
      shell.clear();
      shell.line(`pprotect rotate-domain-keys dev -u ${USER}`);
      await shell.shows("Passphrase: ");
      shell.line(PASSPHRASE);
      await shell.shows(/Rotated|rotated/);
      expect(await shell.run("pprotect get dev/api-key --non-interactive")).toContain(
        "the key was rotated or replaced since",
      );
      expect(await shell.run("pprotect get prod/token")).toContain("prod-token\n");

      // The terminal is closed by mistake: what was unlocked stays so until it is locked.
      terminal.close();
      expect(await leasesNow()).toHaveLength(1);
      const evening = terminal.window("evening");
      expect(await evening.run("pprotect lock")).toContain("Ended 1 lease.");
      expect(await evening.run("pprotect status")).toContain("Nothing is unlocked");
      expect(await evening.run("pprotect audit --verify")).toContain("0 breaks in the chain");
      expect(await evening.run("pprotect audit --client agent")).toMatch(/unlock[\s\S]*exec[\s\S]*revoke/);
    } finally {
      terminal.close();
      await user.close();
    }
  },
  300_000,
);
