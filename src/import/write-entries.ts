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
  return { text: await textOf(entries, options.format, options), masks: "" };
}

async function textOf(
  entries: readonly Entry[],
  format: Exclude<ExportFormat, "github">,
  { secretName }: WriteOptions,
): Promise<string> {
  switch (format) {
    case "json":
      return (await import("./writers/json.ts")).writeJson(entries);
    case "yaml":
      return (await import("./writers/yaml.ts")).writeYaml(entries);
    case "toml":
      return (await import("./writers/toml.ts")).writeToml(entries);
    case "dotenv":
      return (await import("./writers/dotenv.ts")).writeDotenv(entries);
    case "shell":
      return (await import("./writers/shell.ts")).writeShell(entries);
    case "fish":
      return (await import("./writers/fish.ts")).writeFish(entries);
    case "powershell":
      return (await import("./writers/powershell.ts")).writePowershell(entries);
    case "docker":
      return (await import("./writers/docker.ts")).writeDocker(entries);
    case "systemd":
      return (await import("./writers/systemd.ts")).writeSystemd(entries);
    case "gitlab":
      return (await import("./writers/gitlab.ts")).writeGitlab(entries);
    case "k8s":
      return (await import("./writers/kubernetes.ts")).writeKubernetes(entries, secretName);
  }
}
