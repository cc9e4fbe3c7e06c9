import { sortedByKey } from "../common/code-points.ts";
import type { Entry } from "./entry.ts";

/** The formats of values; `example`, which has none, is apart. */
export const EXPORT_FORMATS = [
  "json",
  "yaml",
  "toml",
  "dotenv",
  "shell",
  "fish",
  "powershell",
  "docker",
  "systemd",
  "github",
  "gitlab",
  "k8s",
] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface WriteOptions {
  readonly format: ExportFormat;
  /** The `metadata.name` of a Kubernetes Secret. */
  readonly secretName: string;
}

/** What is written, and what goes to standard output before it (`github`). */
export interface Written {
  readonly text: string;
  readonly masks: string;
}

/**
 * Secrets in the form that another program reads, sorted by name.
 *
 * @throws PprotectError `unrepresentable` for the first name or value that the format cannot hold: nothing is written
 *   that would be read as something else
 */
export async function writeEntries(
  secrets: ReadonlyMap<string, string>,
  options: WriteOptions,
): Promise<Written> {
  const entries = [...sortedByKey(secrets)].map(([name, value]): Entry => ({ name, value }));
  if (options.format === "github") {
    const [{ writeGithub }, { randomBytes }] = await Promise.all([
      import("./writers/github.ts"),
      import("node:crypto"),
    ]);
    const { environment, masks } = writeGithub(entries, `pprotect_${randomBytes(16).toString("hex")}`);
    return { text: environment, masks };
  }
  if (options.format === "k8s") {
    const { writeKubernetes } = await import("./writers/kubernetes.ts");
    return { text: writeKubernetes(entries, options.secretName), masks: "" };
  }
  const write = await WRITERS[options.format]();
  return { text: write(entries), masks: "" };
}

type Writer = (entries: readonly Entry[]) => string;

/** Loaded when needed: a command uses one of them. */
const WRITERS: Readonly<Record<Exclude<ExportFormat, "github" | "k8s">, () => Promise<Writer>>> = {
  json: async () => (await import("./writers/json.ts")).writeJson,
  yaml: async () => (await import("./writers/yaml.ts")).writeYaml,
  toml: async () => (await import("./writers/toml.ts")).writeToml,
  dotenv: async () => (await import("./writers/dotenv.ts")).writeDotenv,
  shell: async () => (await import("./writers/shell.ts")).writeShell,
  fish: async () => (await import("./writers/fish.ts")).writeFish,
  powershell: async () => (await import("./writers/powershell.ts")).writePowershell,
  docker: async () => (await import("./writers/docker.ts")).writeDocker,
  systemd: async () => (await import("./writers/systemd.ts")).writeSystemd,
  gitlab: async () => (await import("./writers/gitlab.ts")).writeGitlab,
};
