#!/usr/bin/env node
// Starts the pprotect binary for this system, from the optional dependency that npm installed.
"use strict";

const { spawn } = require("node:child_process");
const { writeSync } = require("node:fs");
const { isatty } = require("node:tty");
const { optionalDependencies } = require("../package.json");

const windows = process.platform === "win32";

function isMusl() {
  // Otherwise the report resolves the machine's network addresses.
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}

function binary() {
  const libc = process.platform === "linux" && isMusl() ? "-musl" : "";
  const system = `${process.platform}-${process.arch}${libc}`;
  const name = `@pprotect/cli-${system}`;
  if (!(name in optionalDependencies)) fail(`no binary for ${system}`);
  try {
    return require.resolve(`${name}/bin/pprotect${windows ? ".exe" : ""}`);
  } catch {
    return fail(
      `the package ${name} is not installed; install pprotect again on this system, with optional dependencies`,
    );
  }
}

function fail(message) {
  writeSync(2, `pprotect: ${message}\n`);
  process.exit(1);
}

// Replaces this process by the binary, so that signals, job control and exit status work as usual.
function become(file, args) {
  // Node warns on standard error that execve is experimental.
  process.emitWarning = () => undefined;
  process.execve(file, [file, ...args], process.env);
}

function spawnAndWait(file, args) {
  // At a terminal, the keys send these signals to the binary too.
  const atTerminal = [0, 1, 2].some(isatty);
  // Before the binary starts: a signal in between would end the launcher alone.
  for (const signal of ["SIGINT", windows ? "SIGBREAK" : "SIGQUIT"]) {
    process.on(signal, () => atTerminal || child.kill(signal));
  }
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const child = spawn(file, args, { stdio: "inherit" });
  child.on("error", (error) => fail(`cannot start ${file}: ${error.code}`));
  child.on("exit", (status, signal) => {
    if (signal === null) process.exit(status);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

const start = process.execve && !windows ? become : spawnAndWait;
start(binary(), process.argv.slice(2));
