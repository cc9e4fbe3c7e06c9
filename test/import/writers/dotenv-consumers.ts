import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  type Consumer,
  jsonOf,
  moreConsumers,
  PRINT_VARIABLES,
  type Read,
  throughShell,
} from "../../support/consumers.ts";
import { runProgram } from "../../support/run.ts";

const MODULES = createRequire(import.meta.url);
const NODE = Bun.which("node") ?? "node";

/** A script for Node, which gets the file's path and prints the variables as JSON. */
function node(name: string, script: (file: string) => string): Consumer {
  return {
    name,
    read: async (text, _names, directory) => {
      const file = write(directory, text);
      const print = `process.stdout.write(JSON.stringify(${script(JSON.stringify(file))}))`;
      return (await jsonOf([NODE, "-e", print], directory)) as Read;
    },
  };
}

function write(directory: string, text: string): string {
  const file = join(directory, "variables.env");
  writeFileSync(file, text);
  return file;
}

function moduleOf(name: string): string {
  return JSON.stringify(MODULES.resolve(name));
}

const PRINT = (names: readonly string[]): string =>
  `process.stdout.write(JSON.stringify(Object.fromEntries(${JSON.stringify(names)}.map(n=>[n,process.env[n]]))))`;

const READ = (file: string): string => `require('fs').readFileSync(${file},'utf8')`;

/** All that must read a dotenv file as we meant it. */
export const DOTENV_CONSUMERS: readonly Consumer[] = [
  {
    name: "node --env-file",
    read: async (text, names, directory) => {
      const file = write(directory, text);
      return (await jsonOf([NODE, `--env-file=${file}`, "-e", PRINT(names)], directory)) as Read;
    },
  },
  node("node's util.parseEnv", (file) => `require('util').parseEnv(${READ(file)})`),
  node("npm's dotenv", (file) => `require(${moduleOf("dotenv")}).parse(${READ(file)})`),
  node(
    "npm's dotenv-expand",
    (file) =>
      `require(${moduleOf("dotenv-expand")}).expand({processEnv:{},parsed:require(${moduleOf("dotenv")}).parse(${READ(file)})}).parsed`,
  ),
  node("dotenvx", (file) => `require(${moduleOf("@dotenvx/dotenvx")}).parse(${READ(file)},{processEnv:{}})`),
  {
    name: "bun",
    read: async (text, names, directory) => {
      // Bun loads .env of the directory that it starts in.
      const own = join(directory, "bun");
      mkdirSync(own, { recursive: true });
      writeFileSync(join(own, ".env"), text);
      const { stdout } = await runProgram([process.execPath, "-e", PRINT(names)], { cwd: own });
      return JSON.parse(stdout);
    },
  },
  {
    name: "a shell that sources it",
    read: (text, names, directory) =>
      throughShell(
        ["sh", "-c", `set -a; . '${write(directory, text)}'; ${PRINT_VARIABLES}`],
        names,
        directory,
      ),
  },
];

/** Debian's, for Debian's own Python. */
export const PYTHON_DOTENV: Consumer = printsJson("python-dotenv", [
  "/usr/bin/python3",
  "-c",
  "import sys, json, dotenv; print(json.dumps(dotenv.dotenv_values(sys.argv[1])))",
]);

/** It reads line by line, whatever the quotes. */
export const DIRENV: Consumer = printsJson("direnv", ["direnv", "dotenv", "json"]);

/** A program that prints what compose-go's dotenv.Read() makes of a file. */
export const DOCKER_COMPOSE: readonly Consumer[] = moreConsumers("compose-dotenv").map((program) =>
  printsJson("docker compose", [program]),
);

function printsJson(name: string, command: readonly string[]): Consumer {
  return {
    name,
    read: async (text, _names, directory) =>
      (await jsonOf([...command, write(directory, text)], directory)) as Read,
  };
}
