/** Replaces a file as fast as it can, until the process is killed. */
const REPLACE = `
  const { renameSync, writeFileSync } = require("node:fs");
  const [file] = process.argv.slice(1);
  for (let first = true; ; first = false) {
    writeFileSync(file + ".new", "new");
    renameSync(file + ".new", file);
    if (first) console.log("started");
  }
`;

/** Runs `action` while another process replaces a file by one that holds `new`, again and again. */
export async function whileReplaced(file: string, action: () => void): Promise<void> {
  const child = Bun.spawn([process.execPath, "-e", REPLACE, file], { stdout: "pipe" });
  try {
    await child.stdout.getReader().read();
    action();
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
}
