#!/usr/bin/env node
// Runs the program, which is in a package of its own for each system: npm installs the one that fits.
// Where it is missing or of another version, this ends with the exit code of an error, never with a pass.
"use strict";

const { spawn } = require("node:child_process");
const path = require("node:path");
const { version } = require("./package.json");

const ERROR = 2;

function stop(message) {
  process.stderr.write(`sealgate: ${message}\n`);
  process.exit(ERROR);
}

// The absolute path of the program for this system.
function program() {
  const name = `@sealgate/${process.platform}-${process.arch}`;
  let manifest;
  try {
    manifest = require.resolve(`${name}/package.json`);
  } catch {
    stop(`the package ${name} is not installed: install sealgate again without --omit=optional, ` +
      "on the system that runs it. If npm has no such package, there is no program for this system");
  }
  const found = require(manifest).version;
  if (found !== version) {
    stop(`${name} is of version ${found} and sealgate of version ${version}: install sealgate again`);
  }
  return path.join(path.dirname(manifest), process.platform === "win32" ? "sealgate.exe" : "sealgate");
}

const child = spawn(program(), process.argv.slice(2), { stdio: "inherit" });
// A program that is interrupted puts back what it moved aside: wait for it.
const forward = (signal) => child.kill(signal);
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) {
  process.on(signal, forward);
}
child.on("error", (error) => stop(`the program cannot be started: ${error.message}`));
child.on("close", (code, signal) => {
  if (signal !== null) {
    process.off(signal, forward);
    process.kill(process.pid, signal);
  }
  process.exitCode = code ?? ERROR;
});
