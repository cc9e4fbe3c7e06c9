// Finds the pprotect binary for this system, in the optional dependency that npm installed.
"use strict";

const { optionalDependencies } = require("../package.json");

const windows = process.platform === "win32";

function isMusl() {
  const { excludeNetwork } = process.report;
  // Otherwise the report resolves the machine's network addresses.
  process.report.excludeNetwork = true;
  try {
    return process.report.getReport().header.glibcVersionRuntime === undefined;
  } finally {
    process.report.excludeNetwork = excludeNetwork;
  }
}

/** @returns the path of the binary @throws Error with a message for the user */
exports.findBinary = () => {
  const libc = process.platform === "linux" && isMusl() ? "-musl" : "";
  const system = `${process.platform}-${process.arch}${libc}`;
  const name = `@pprotect/cli-${system}`;
  if (!(name in optionalDependencies)) throw new Error(`no binary for ${system}`);
  try {
    return require.resolve(`${name}/bin/pprotect${windows ? ".exe" : ""}`);
  } catch {
    throw new Error(
      `the package ${name} is not installed; install pprotect again on this system, with optional dependencies`,
    );
  }
};
