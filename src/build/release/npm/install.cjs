// Puts the binary in the launcher's place when npm installs the package, so that no Node runs between the user and the
// binary: Node changes what a program inherits (ignored signals, limits, its exit status on old versions), keeps the
// environment with the passphrase in its memory, and runs the code that NODE_OPTIONS names.
"use strict";

const { chmodSync, copyFileSync, linkSync, renameSync, rmSync } = require("node:fs");
const { join } = require("node:path");
const { findBinary } = require("./lib/find-binary.cjs");

/** Windows starts the file by a script that npm wrote before, and Yarn starts it by Node: both need the launcher. */
const needsLauncher =
  process.platform === "win32" || /\byarn\//.test(process.env.npm_config_user_agent || "");

function replaceLauncher() {
  const launcher = join(__dirname, "bin/pprotect");
  const temporary = `${launcher}.${process.pid}`;
  const binary = findBinary();
  try {
    try {
      linkSync(binary, temporary);
    } catch {
      copyFileSync(binary, temporary);
    }
    chmodSync(temporary, 0o755);
    renameSync(temporary, launcher);
  } finally {
    rmSync(temporary, { force: true });
  }
}

try {
  if (!needsLauncher) replaceLauncher();
} catch (error) {
  // The launcher stays, and says the same when it is started.
  console.error(`pprotect: ${error.message}`);
}
