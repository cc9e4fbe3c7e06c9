import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { binary } from "../support/binary.ts";
import { ENV as env, MODES, modeRunner } from "../support/exec-modes.ts";
import { pprotect, runProgram } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

const box = sandbox();
const shell = modeRunner(box);

/** A line of a shell that waits for what `test` says to be true. It gives up in the end, for the test to fail. */
const once = (condition: string): string =>
  `for i in $(seq 6000); do test ${condition} && break; sleep 0.02; done`;

/** What a line prints with and without pprotect in between. */
async function bothWays(line: string, mode: string): Promise<[through: string, without: string]> {
  const { stdout } = await runProgram(["bash", "-c", line.replaceAll("$run", "")], { cwd: box.folder });
  return [await shell(line, mode), stdout];
}

describe.each(MODES)("as without pprotect: %s", (mode) => {
  test("inherited descriptors: a process substitution, and one that was open before", async () => {
    expect(await shell("$run cat <(echo hello)", mode)).toBe("hello\n");
    expect(await shell("exec 7< <(echo seven); $run sh -c 'cat <&7'", mode)).toBe("seven\n");
    expect(await shell("exec 3< <(echo three); $run sh -c 'cat <&3'", mode)).toBe("three\n");
  });

  test("the list of open descriptors", async () => {
    const [through, without] = await bothWays(
      "exec 5</dev/null 9>/dev/null; $run sh -c 'ls /proc/$$/fd' | cat",
      mode,
    );
    expect(through).toBe(without);
  });

  test("a reader of an inherited descriptor sees its end when the program closes it", async () => {
    const line =
      `rm -f closed; exec 4> >(cat >/dev/null; echo end; touch closed); $run sh -c 'exec 4>&-; ${once("-e closed")}; echo program' & ` +
      "exec 4>&-; wait";
    expect(await shell(line, mode)).toBe("end\nprogram\n");
  });

  test("the soft limit of open files", async () => {
    const [through, without] = await bothWays("ulimit -Sn 300; $run sh -c 'ulimit -Sn; ulimit -Hn'; :", mode);
    expect(through).toBe(without);
    expect(through).toStartWith("300\n");
  });

  test("all limits, the umask and the nice value", async () => {
    const line =
      "ulimit -Sn 300; ulimit -c 0; umask 027; $run nice -n 3 sh -c 'umask; nice; cat /proc/self/limits'; :";
    const [through, without] = await bothWays(line, mode);
    expect(through).toBe(without);
  });

  test.each(["HUP", "INT", "TERM", "QUIT", "USR1", "PIPE", "XFSZ"])("an ignored SIG%s", async (signal) => {
    const line = `trap '' ${signal}; $run sh -c 'kill -${signal} $$; grep -E "^Sig(Ign|Blk)" /proc/self/status'; :`;
    const [through, without] = await bothWays(line, mode);
    expect(through).toBe(without);
  });

  test("an ignored SIGCHLD, which shells do not pass on to what they start: the program's exit status is its own", async () => {
    expect(await shell("trap '' CHLD; $run sh -c 'exit 7'; echo $?", mode)).toBe("7\n");
  });

  test("nohup: the signal ends neither the program nor pprotect", async () => {
    const line =
      `rm -f ready sent; trap '' HUP; $run sh -c 'echo ready; touch ready; ${once("-e sent")}; echo alive' & ` +
      `${once("-e ready")}; kill -HUP $!; touch sent; wait`;
    expect(await shell(line, mode)).toBe("ready\nalive\n");
  });

  test("bytes that are not UTF-8 in variables, arguments, PATH and the program's name", async () => {
    expect(await shell(`X=$'caf\\xe9' $run sh -c 'printf %s "$X" | od -An -tx1'`, mode)).toBe(
      " 63 61 66 e9\n",
    );
    expect(await shell(`$run sh -c 'printf %s "$1" | od -An -tx1' sh $'\\xe9\\xff'`, mode)).toBe(" e9 ff\n");
    writeFileSync(Buffer.from(box.path("t\xe9"), "latin1"), "#!/bin/sh\necho ran\n", { mode: 0o755 });
    expect(await shell(`$run ./$'t\\xe9'`, mode)).toBe("ran\n");
    expect(
      await shell(`mkdir -p $'p\\xe9'; cp $'t\\xe9' $'p\\xe9/tool'; PATH=$'p\\xe9':$PATH $run tool`, mode),
    ).toBe("ran\n");
  });

  test("bytes that are not UTF-8 in the working directory, which has the store, and in --file and --passphrase-file", async () => {
    const inside = Buffer.from(`${box.path("bytes")}/d\xe9`, "latin1");
    mkdirSync(inside, { recursive: true });
    writeFileSync(Buffer.concat([inside, Buffer.from("/protected.yaml")]), readFileSync(box.store));
    expect(
      await shell(`cd $'bytes/d\\xe9'; $run sh -c 'pwd | od -An -tx1 | tail -1' | tail -c 10`, mode),
    ).toBe(" 64 e9 0a\n");
    const options = `--file $'d\\xe9/protected.yaml' -u '${ALICE.name}'`;
    const passphrase = `cd bytes; printf %s '${ALICE.passphrase}' > $'p\\xe9'; chmod 600 $'p\\xe9'`;
    for (const given of ["--passphrase-file $'p\\xe9'", "--passphrase-file=$'p\\xe9'"]) {
      expect(await shell(`${passphrase}; $run echo ran`, `${mode} ${options} ${given}`)).toBe("ran\n");
    }
    const variable = `PPROTECT_PASSPHRASE_FILE=$'p\\xe9'`;
    const line = `${passphrase}; unset PPROTECT_PASSPHRASE; ${variable} $run echo ran`;
    expect(await shell(line, `${mode} ${options}`)).toBe("ran\n");
  });

  test("a file lock is held until the program ends", async () => {
    const line =
      `rm -f order ready; exec 8>lock; flock 8; $run sh -c 'touch ready; sleep 0.2; echo end >>order' & ` +
      `exec 8>&-; ${once("-e ready")}; flock lock sh -c 'echo free >>order'; wait; cat order`;
    expect(await shell(line, mode)).toBe("end\nfree\n");
  });
});

describe("a program that cannot start", () => {
  const exec = (command: readonly string[], folder = box.folder, more: readonly string[] = []) =>
    pprotect(["exec", "--domain", "prod", ...more, "--", ...command], { cwd: folder, env });
  const script = (name: string, text: string): string => {
    const path = box.write(name, text);
    chmodSync(path, 0o755);
    return path;
  };

  test.each([[], ["--redact"]])(
    "because a secret is too long: which one, and --as-file %j",
    async (...more) => {
      const large = sandbox(sampleStore().addSecret("prod", "big", "a".repeat(131072)).toString());
      const { status, stderr } = await exec(["/bin/true"], large.folder, more);
      expect([status, stderr]).toEqual([
        126,
        "pprotect: cannot run /bin/true: argument list too long\n" +
          'hint: the largest secrets: "big" (131077 bytes); pass them as files: --as-file big\n',
      ]);
      expect(
        (await exec(["sh", "-c", 'wc -c < "$big"'], large.folder, ["--as-file", "big", ...more])).stdout,
      ).toBe("131072\n");
    },
  );

  test("because a secret is too long, before any is opened: no passphrase is needed", async () => {
    const limit = 131072 - "big=".length - 1;
    for (const [length, expected] of [
      [limit + 1, "argument list too long"],
      [limit, "user required"],
    ] as const) {
      const large = sandbox(
        sampleStore()
          .addSecret("prod", "big", "é".repeat(10).padEnd(length - 10, "a"))
          .toString(),
      );
      const args = ["exec", "--domain", "prod", "--non-interactive", "--", "/bin/true"];
      expect((await pprotect(args, { cwd: large.folder })).stderr).toContain(expected);
    }
  });

  test.each([[], ["--redact"]])("because of CRLF in a script, 127 %j", async (...more) => {
    const path = script("crlf", "#!/bin/sh\r\necho ran\r\n");
    const { status, stderr } = await exec([path], box.folder, more);
    expect(status).toBe(127);
    expect(stderr).toBe(
      `pprotect: cannot run ${path}: its first line ends in CRLF, so its interpreter does not exist\n` +
        `hint: convert it to LF line ends: \`sed -i 's/\\r$//' ${path}\`\n`,
    );
  });

  test("because its interpreter does not exist, 127", async () => {
    const path = script("lost", "#!/no/such/interpreter -x\n");
    const { status, stderr } = await exec([path]);
    expect([status, stderr]).toEqual([
      127,
      `pprotect: cannot run ${path}: its interpreter /no/such/interpreter does not exist\n`,
    ]);
  });

  test("without a warning of the runtime, and with a fix in JSON", async () => {
    const large = sandbox(sampleStore().addSecret("prod", "big", "a".repeat(131072)).toString());
    const { stdout, stderr } = await exec(["/bin/true"], large.folder, ["--json"]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "command_not_executable" },
      fix: expect.stringContaining("--as-file big"),
    });
  });
});

describe("in a directory whose name is not UTF-8", () => {
  const cd = `mkdir -p $'w\\xe9'; cp protected.yaml $'w\\xe9'; cd $'w\\xe9'`;
  const run = (line: string) => {
    const command = ["bash", "-c", `${cd}; ${line.replaceAll("pprotect", `'${binary()}'`)}`];
    return runProgram(command, { cwd: box.folder, env });
  };

  test("secrets are written and read, from a file too whose name is not UTF-8, in this store and no other", async () => {
    const line = `printf here > $'v\\xe9'; pprotect add-secret dev new --value-file $'v\\xe9'; pprotect get dev/new`;
    expect(await run(line)).toMatchObject({ status: 0, stdout: "here" });
    expect(box.read().data.domains.get("dev")?.secrets.has("new")).toBe(false);
  });

  test("commands that need git say that they cannot work, and names are refused", async () => {
    const { status, stderr } = await run("git init -q; pprotect git install");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^pprotect: the path \S*w\\xe9 is not UTF-8, which pprotect cannot use with git\nhint: rename/,
    );
    expect((await run("pprotect get $'dev/k\\xe9'")).stderr).toContain('get: "dev/k\\xe9" is not UTF-8');
  });
});
