import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { binary } from "../support/binary.ts";
import { needs } from "../support/programs.ts";
import { cleanEnvironment, pprotect, runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, sampleStore } from "../support/stores.ts";
import { DROPPING_RIGHTS, openToEveryone, withoutRights } from "../support/unprivileged.ts";

afterAll(removeFolders);

const KEY = "line one\nwith a NUL \0 and ü\n";
const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
const box = sandbox(sampleStore().addSecret("prod", "key", KEY).toString());

/** Runs a command with `key` as a file and `token` as a value. */
function exec(command: readonly string[], options: readonly string[] = ["--as-file", "key"]) {
  return pprotect(["exec", "--domain", "prod", ...options, "--", ...command], { cwd: box.folder, env });
}

const shell = (line: string, options?: readonly string[]) => exec(["sh", "-c", line], options);

/** Waits until something holds; the test's own limit is the bound. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await Bun.sleep(5);
}

describe("a secret as a file", () => {
  test.if(needs("python3"))(
    "is read to the byte, by a shell's child, from its start each time, and can be sought in",
    async () => {
      expect((await shell('cat "$key"; cat "$key"; printf %s "$token"')).stdout).toBe(
        `${KEY}${KEY}prod-token`,
      );
      const python =
        "import os\nf = open(os.environ['key'], 'rb')\nf.seek(5)\nprint(f.read(3), os.fstat(f.fileno()).st_size)";
      expect((await exec(["python3", "-c", python])).stdout).toBe(`b'one' ${Buffer.byteLength(KEY)}\n`);
    },
  );

  test("is a regular file that only its owner can read", async () => {
    expect((await shell('stat -L -c "%a %u %F" "$key"')).stdout).toBe(
      `600 ${process.getuid?.()} regular file\n`,
    );
  });

  test.if(needs("python3"))(
    "exists for a program that closed all inherited descriptors, and for its children",
    async () => {
      const python =
        "import os, subprocess\nos.closerange(3, 1000)\nprint(subprocess.run(['cat', os.environ['key']], close_fds=True, capture_output=True).stdout.count(b'\\n'))";
      expect((await exec(["python3", "-c", python])).stdout).toBe("2\n");
    },
  );

  test("leaves no descriptor behind in the program", async () => {
    // `ls` itself holds the folder open.
    expect((await shell("ls /proc/self/fd | wc -l")).stdout.trim()).toBe("4");
  });

  test("of each name that is given", async () => {
    const { stdout } = await shell('cat "$token"; head -n 1 "$key"', [
      "--as-file",
      "token",
      "--as-file",
      "key",
    ]);
    expect(stdout).toBe("prod-tokenline one\n");
  });

  test("under the manifest's name", async () => {
    box.write("m.json", JSON.stringify({ secrets: [{ name: "key", env_var: "KEY_FILE", domain: "prod" }] }));
    const args = ["exec", "--manifest", "m.json", "--as-file", "key", "--", "sh", "-c", 'cat "$KEY_FILE"'];
    expect((await pprotect(args, { cwd: box.folder, env })).stdout).toBe(KEY);
  });

  test("is redacted like any other", async () => {
    const { status, stdout } = await shell('cat "$token"; exit 3', [
      "--redact",
      "--as-file",
      "key",
      "--as-file",
      "token",
    ]);
    expect([status, stdout]).toEqual([3, "[REDACTED:token]"]);
  });

  test.if(needs("openssl", "ssh-keygen"))("of openssl and ssh-keygen", async () => {
    const folder = emptyFolder();
    const made = await runProgram(
      [
        "sh",
        "-c",
        "ssh-keygen -q -t ed25519 -N '' -C test -f ssh && openssl genpkey -algorithm ed25519 -out pem",
      ],
      { cwd: folder },
    );
    expect(made.status).toBe(0);
    const file = (name: string) => readFileSync(`${folder}/${name}`, "utf8");
    const store = sampleStore().addSecret("prod", "ssh", file("ssh")).addSecret("prod", "pem", file("pem"));
    const other = sandbox(store.toString());
    const options = ["--domain", "prod", "--as-file", "ssh", "--as-file", "pem"];
    const line = 'ssh-keygen -y -f "$ssh"; openssl pkey -in "$pem" -noout && echo fine';
    const { stdout } = await pprotect(["exec", ...options, "--", "sh", "-c", line], {
      cwd: other.folder,
      env,
    });
    expect(stdout).toBe(`${file("ssh.pub").trim()}\nfine\n`);
  });

  test.if(needs(...DROPPING_RIGHTS))("is there for a user who is not root", async () => {
    const open = sandbox(box.read().toString());
    const own = openToEveryone(open);
    const command = [own, "exec", "--domain", "prod", "--as-file", "key", "--", "sh", "-c", 'cat "$key"'];
    expect((await runProgram(withoutRights(command), { cwd: open.folder, env })).stdout).toBe(KEY);
  });
});

describe("a secret as a file has a path like any other", () => {
  test("that can be resolved, and that lstat shows as a regular file, in a directory of mode 0700", async () => {
    const line =
      'test "$(realpath "$key")" = "$key" && stat -c "%F %a" "$key" && stat -c "%F %a" "$(dirname "$key")"';
    expect((await shell(line)).stdout).toBe("regular file 600\ndirectory 700\n");
  });

  test("that ends with the secret's name, or the name that was chosen", async () => {
    const line = 'basename "$key"; basename "$token"; cat "$token"';
    const { stdout } = await shell(line, ["--as-file", "key", "--as-file", "token=credentials.json"]);
    expect(stdout).toBe("key\ncredentials.json\nprod-token");
  });

  test("in the user's runtime directory, if that is in memory", async () => {
    const runtime = mkdtempSync("/dev/shm/pprotect-test-");
    try {
      const args = ["exec", "--domain", "prod", "--as-file", "key", "--", "sh", "-c", 'echo "$key"'];
      const { stdout } = await pprotect(args, { cwd: box.folder, env: { ...env, XDG_RUNTIME_DIR: runtime } });
      expect(stdout).toStartWith(`${runtime}/pprotect-`);
      await until(() => readdirSync(runtime).length === 0);
      const onDisk = await pprotect(args, { cwd: box.folder, env: { ...env, XDG_RUNTIME_DIR: box.folder } });
      expect(onDisk.stdout).toStartWith("/dev/shm/pprotect-");
    } finally {
      rmSync(runtime, { recursive: true });
    }
  });

  test("and is refused with a path in place of a name", async () => {
    const { status, stderr } = await shell("echo ran", ["--as-file", "key=../x"]);
    expect([status, stderr]).toEqual([
      1,
      "pprotect: --as-file key=../x: not a file name\nhint: give a name without a directory, such as key.json\n",
    ]);
  });
});

// A private mount of something else over /dev/shm, so that there is no file system in memory.
describe.if(needs("unshare", "mount") && process.getuid?.() === 0)(
  "where no file system is in memory",
  () => {
    const without = (line: string, more: readonly string[] = []) => {
      const own = [binary(), "exec", "--domain", "prod", "--as-file", "key", ...more, "--", "sh", "-c", line];
      const hide = 'mount --bind "$1" /dev/shm && shift && exec "$@"';
      return runProgram(["unshare", "--mount", "sh", "-c", hide, "sh", box.folder, ...own], {
        cwd: box.folder,
        env,
      });
    };

    test("the file is one in memory without a name", async () => {
      const { stdout } = await without('cat "$key"; readlink "$key"');
      expect(stdout).toStartWith(KEY);
      expect(stdout.slice(KEY.length)).toStartWith("/memfd:");
    });

    test("a program that resolves its path does not find it", async () => {
      const { stdout } = await without(
        'test -e "$key" && echo there; test -e "$(realpath "$key")" || echo none',
      );
      expect(stdout).toBe("there\nnone\n");
    });

    test("is redacted too, and gone with pprotect", async () => {
      const { stdout } = await without('cat "$key"; echo "$key"', ["--redact"]);
      expect(stdout).toStartWith("[REDACTED:key]\n".trimEnd());
      const path = stdout.slice(stdout.indexOf("/proc")).trim();
      await until(() => !existsSync(path));
    });
  },
);

describe("a secret as a file has its limits", () => {
  test.if(needs("python3"))(
    "the program has a child that it did not start, which does not end before the program",
    async () => {
      const python = "import os\nprint(os.waitpid(-1, os.WNOHANG) == (0, 0))";
      expect((await exec(["python3", "-c", python])).stdout).toBe("True\n");
      const without = await exec(
        ["python3", "-c", "import os\ntry: os.wait()\nexcept ChildProcessError: print('none')"],
        ["--only", "token"],
      );
      expect(without.stdout).toBe("none\n");
    },
  );
});

// Side by side: most of their time is waiting for what keeps the file to see that the program has ended.
describe("the file is gone", () => {
  /** Starts a program that tells the file's path and waits. */
  async function started(options: readonly string[] = []) {
    const told = join(emptyFolder(), "path");
    const line = `echo "$key" > '${told}.new'; mv '${told}.new' '${told}'; exec sleep 1000`;
    const child = Bun.spawn(
      [binary(), "exec", "--domain", "prod", "--as-file", "key", ...options, "--", "sh", "-c", line],
      { cwd: box.folder, env: cleanEnvironment(box.folder, env), stdout: "ignore", stderr: "ignore" },
    );
    await until(() => existsSync(told));
    const path = readFileSync(told, "utf8").trim();
    expect(readFileSync(path, "utf8")).toBe(KEY);
    // The directory of all files: each has one of its own in it.
    const directory = dirname(dirname(path));
    const remover = removerOf(directory);
    return { child, path, directory, remover: `/proc/${remover}` };
  }

  /** The process that removes a directory. */
  function removerOf(directory: string): string {
    const found = readdirSync("/proc").find((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").endsWith(`\0sh\0${directory}\0`);
      } catch {
        return false;
      }
    });
    if (found === undefined) throw new Error("nothing would remove the files");
    return found;
  }

  test.concurrent("when the program ends", async () => {
    const { stdout } = await shell('echo "$key"');
    await until(() => !existsSync(dirname(dirname(stdout.trim()))));
  });

  test.concurrent.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)(
    "when the program ends by %s, and so is what removed it",
    async (signal) => {
      const { child, directory, remover } = await started();
      child.kill(signal);
      await child.exited;
      await until(() => !existsSync(directory) && !existsSync(remover));
    },
  );

  test.concurrent("when pprotect is killed that redacts the program's output", async () => {
    const { child, directory, remover } = await started(["--redact"]);
    child.kill("SIGKILL");
    await child.exited;
    await until(() => !existsSync(directory) && !existsSync(remover));
  });

  test.concurrent("only in memory: it is on a file system without a disk", async () => {
    const { child, path } = await started();
    // TMPFS_MAGIC of statfs(2).
    expect(Number(statfsSync(path).type)).toBe(0x01021994);
    child.kill();
    await child.exited;
  });

  test.concurrent("and the process that removes it got neither its value nor a credential", async () => {
    const { child, remover } = await started();
    const seen = ["environ", "cmdline"].map((name) => readFileSync(`${remover}/${name}`, "utf8")).join("");
    expect(seen).not.toMatch(/line one|alice|PPROTECT/);
    expect(
      readdirSync(`${remover}/fd`)
        .filter((fd) => Number(fd) < 10)
        .toSorted(),
    ).toEqual(["0", "2"]);
    child.kill();
    await child.exited;
  });
});

describe("exec refuses", () => {
  test("a file of a secret that is not chosen, before a passphrase is asked for", async () => {
    const args = ["exec", "--domain", "prod", "--as-file", "tokne", "--", "echo", "ran"];
    const { status, stdout, stderr } = await pprotect(args, { cwd: box.folder });
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      'pprotect: --as-file tokne: no such secret is selected\nhint: did you mean "token"?\n',
    );
  });

  test("a NUL in a variable, and says what helps", async () => {
    const { status, stdout, stderr } = await shell("echo ran", []);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(
      'secret "key" contains a NUL byte, which an environment variable cannot\nhint: pass it as a file: --as-file key',
    );
  });

  test("a program that is not there, and leaves no file or process behind", async () => {
    const runtime = mkdtempSync("/dev/shm/pprotect-test-");
    const args = ["exec", "--domain", "prod", "--as-file", "key", "--", "no-such-program"];
    const result = await pprotect(args, { cwd: box.folder, env: { ...env, XDG_RUNTIME_DIR: runtime } });
    expect(result.status).toBe(127);
    await until(() => readdirSync(runtime).length === 0);
    rmSync(runtime, { recursive: true });
  });
});
