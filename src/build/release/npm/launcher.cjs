#!/usr/bin/env node
// Starts the pprotect binary of this system: that of the one optional dependency that npm installed.
"use strict";

const { spawn } = require("node:child_process");
const { writeSync } = require("node:fs");
const { isatty } = require("node:tty");
const { optionalDependencies } = require("../package.json");

const windows = process.platform === "win32";

function isMusl() {
  // Without this the report looks up the names of the machine's network addresses.
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}

function binary() {
  const libc = process.platform === "linux" && isMusl() ? "-musl" : "";
  const system = `${process.platform}-${process.arch}${libc}`;
  const name = `@pprotect/cli-${system}`;
  if (!(name in optionalDependencies)) fail(`there is no binary for ${system}`);
  try {
    return require.resolve(`${name}/bin/pprotect${windows ? ".exe" : ""}`);
  } catch {
    return fail(
      `the package ${name} is not installed: install pprotect again, with optional dependencies and on this system`,
    );
  }
}

function fail(message) {
  writeSync(2, `pprotect: ${message}\n`);
  process.exit(1);
}

// Becomes the binary, so that signals, job control and exit status are its own.
function become(file, args) {
  // execve is new in Node, which says so on standard error.
  process.emitWarning = () => undefined;
  process.execve(file, [file, ...args], process.env);
}

function spawnAndWait(file, args) {
  const child = spawn(file, args, { stdio: "inherit" });
  child.on("error", (error) => fail(`cannot start ${file}: ${error.code}`));
  // What is typed at a terminal goes to the binary too, by itself.
  const atTerminal = [0, 1, 2].some(isatty);
  for (const signal of ["SIGINT", windows ? "SIGBREAK" : "SIGQUIT"]) {
    process.on(signal, () => atTerminal || child.kill(signal));
  }
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (status, signal) => {
    if (signal === null) process.exit(status);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

const start = process.execve && !windows ? become : spawnAndWait;
start(binary(), process.argv.slice(2));
