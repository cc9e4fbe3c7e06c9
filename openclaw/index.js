import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";

/**
 * A plugin for OpenClaw with the tools of agent-secrets. Each starts pprotect with a list of arguments: no shell reads
 * what an agent writes, and no word of it is taken for an option.
 */

const NAME = { type: "string", description: "DOMAIN/NAME, or a name that only one domain has" };

function tools(config) {
  const { default_ttl: ttl = "1h", client_id_prefix: prefix = "openclaw" } = config;
  const run = (args, input) => runProgram(config, args, input);
  return [
    {
      name: "secrets_lease",
      description: "Get the value of a secret for a while. Prefer `pprotect exec`, which shows no value.",
      parameters: parameters({ name: NAME, ttl: text("Such as 30m"), client_id: text("The task") }, ["name"]),
      run: ({ name, ttl: given = ttl, client_id: client = `${prefix}-${randomBytes(4).toString("hex")}` }) =>
        run(["lease", `--ttl=${given}`, `--client-id=${client}`, "--", name]),
    },
    {
      name: "secrets_status",
      description: "Show which leases, programs, files and values are handed out now.",
      parameters: parameters({}, []),
      run: () => run(["status"]),
    },
    {
      name: "secrets_revoke",
      description: "Take back what was given out under one id.",
      parameters: parameters({ lease_id: text("The lease_id of secrets_lease") }, ["lease_id"]),
      run: ({ lease_id: id }) => run(["revoke", "--", id]),
    },
    {
      name: "secrets_audit",
      description: "Show which secrets were read on this machine, and by what.",
      parameters: parameters({ tail: { type: "integer", minimum: 1, description: "How many entries" } }, []),
      run: ({ tail = 50 }) => run(["audit", `--tail=${tail}`]),
    },
    {
      name: "secrets_add",
      description: "Add a secret to a domain.",
      parameters: parameters(
        { domain: text("The domain"), name: text("The name"), value: text("The value") },
        ["domain", "name", "value"],
      ),
      optional: true,
      run: ({ domain, name, value }) => run(["add-secret", "--value-file=-", "--", domain, name], value),
    },
    {
      name: "secrets_killswitch",
      description: "End all leases and programs that have secrets, and remove files with secrets.",
      parameters: parameters({}, []),
      optional: true,
      run: () => run(["revoke", "--all"]),
    },
  ];
}

function text(description) {
  return { type: "string", description };
}

function parameters(properties, required) {
  return { type: "object", properties, required, additionalProperties: false };
}

/** Runs pprotect without any question, and gives back its line of JSON. Rejects when it gives none. */
function runProgram({ cli_path: program = "pprotect", directory }, [command, ...args], input = "") {
  const { promise, resolve, reject } = Promise.withResolvers();
  const child = spawn(program, [command, "--json", "--non-interactive", ...args], {
    cwd: directory,
    shell: false,
    stdio: ["pipe", "pipe", "ignore"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    output += chunk;
  });
  child.on("error", reject);
  child.on("close", () => {
    try {
      resolve(JSON.parse(output));
    } catch {
      reject(new Error("pprotect gave no answer"));
    }
  });
  // It may have ended before it reads.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return promise;
}

export default {
  id: "pprotect",
  name: "pprotect",
  description: "Secrets of a project for agents",
  register(api) {
    for (const { run, optional = false, ...tool } of tools(api.pluginConfig ?? {})) {
      const execute = async (_id, given) => {
        const answer = await run(given ?? {});
        if (!answer.ok) throw new Error(`${answer.error.message}${answer.fix ? ` (${answer.fix})` : ""}`);
        return { content: [{ type: "text", text: JSON.stringify(answer.result) }] };
      };
      api.registerTool({ ...tool, execute }, { optional });
    }
  },
};
