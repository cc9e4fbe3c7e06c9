#!/usr/bin/env node
// Starts the pprotect binary for this system. When npm runs the package's install script, the binary takes the place of
// this file; it stays where scripts are off, with Yarn, and on Windows.
"use strict";

const { spawn } = require("node:child_process");
const { writeSync } = require("node:fs");
const { isatty } = require("node:tty");
const { findBinary } = require("../lib/find-binary.cjs");

const windows = process.platform === "win32";

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

// On Windows no process can become another one.
function spawnAndWait(file, args) {
  // At a terminal, the keys send these signals to the binary too.
  const atTerminal = [0, 1, 2].some(isatty);
  // Before the binary starts: a signal in between would end the launcher alone.
  for (const signal of ["SIGINT", "SIGBREAK"]) process.on(signal, () => atTerminal || child.kill(signal));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const child = spawn(file, args, { stdio: "inherit" });
  child.on("error", (error) => fail(`cannot start ${file}: ${error.code}`));
  child.on("exit", (status, signal) => {
    if (signal === null) process.exit(status);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function start(args) {
  const binary = findBinary();
  if (windows) return spawnAndWait(binary, args);
  // A parent that waits would report a program that a signal ended as successful, and keep the passphrase.
  if (!process.execve) {
    fail(
      `its install script did not run, so it needs Node 22.15 or newer (this is ${process.version}); ` +
        "`npm rebuild --ignore-scripts=false pprotect` runs the script, and then no Node is needed",
    );
  }
  return become(binary, args);
}

try {
  start(process.argv.slice(2));
} catch (error) {
  fail(error.message);
}
