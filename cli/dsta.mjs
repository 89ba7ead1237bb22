#!/usr/bin/env node
/**
 * Entry of the `dsta` command in plain JavaScript, so that an old Node can read it: on Node below 22.18, which cannot
 * run TypeScript, it starts itself again under the Node that npm installed with the package. Signals go to that
 * process; its exit code is kept.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  // Reading and compiling the sources is half of a start's work; kept beside them it is done once a version. Where the
  // folder cannot be written nothing is kept, and nothing else changes.
  nodeModule.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/dsta", import.meta.url)));
  await import("./dsta.ts");
} else runUnderOwnNode();

function runUnderOwnNode() {
  const places = ["../node_modules/.bin/node", "../../.bin/node"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const node = places.find((path) => existsSync(path));
  if (!node) {
    process.stderr.write(
      `dsta needs Node 22.18 or newer; this is ${process.versions.node}. Run npm ci in the program's folder: it brings its own.\n`,
    );
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  const forward = (signal) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, forward);
  child.on("error", (error) => {
    process.stderr.write(`dsta: cannot run ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(name, forward);
    if (signal) process.kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
}
