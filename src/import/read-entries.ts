import type { ReadResult } from "./entry.ts";
import { inputText } from "./input-text.ts";
import { invalidImport } from "./invalid-import.ts";
import type { Tree } from "./tree.ts";

export const IMPORT_FORMATS = ["dotenv", "json", "yaml", "k8s", "sops", "dotenvx"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

export interface ReadOptions {
  /** The file's name: it says what the file is where the content does not, and is in messages. `-` for a pipe. */
  readonly file: string;
  /** Left out, the format is detected from the content and the name. */
  readonly format?: ImportFormat | undefined;
  /** Where private keys are looked for, as SOPS and dotenvx do. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What was read, and as what. */
export interface ImportedFile extends ReadResult {
  readonly format: ImportFormat;
}

/**
 * Reads a file of secrets in one of {@link IMPORT_FORMATS}.
 *
 * @throws InvalidImportError; PprotectError `missing_credentials`, `cannot_open`, `file_error` for encrypted files
 */
export async function readEntries(bytes: Uint8Array, options: ReadOptions): Promise<ImportedFile> {
  const { file } = options;
  const text = inputText(bytes, file);
  if (text.trim() === "") throw invalidImport(file, undefined, "is empty");
  const { format = await detect(text, file) } = options;
  return { format, ...(await read(format, text, options)) };
}

async function read(
  format: ImportFormat,
  text: string,
  { file, environment }: ReadOptions,
): Promise<ReadResult> {
  switch (format) {
    case "dotenv": {
      const { readDotenv } = await import("./readers/dotenv.ts");
      return readDotenv(text, file);
    }
    case "dotenvx": {
      const [{ readDotenv }, { decryptDotenvx }] = await Promise.all([
        import("./readers/dotenv.ts"),
        import("./readers/dotenvx.ts"),
      ]);
      return decryptDotenvx(readDotenv(text, file), file, environment);
    }
    case "json":
    case "yaml": {
      const { flatten } = await import("./readers/flatten.ts");
      return flatten(onlyDocument(await trees(format, text, file), file), file);
    }
    case "k8s": {
      const { readKubernetesSecrets } = await import("./readers/kubernetes.ts");
      return readKubernetesSecrets(await trees(looksLikeJson(text) ? "json" : "yaml", text, file), file);
    }
    case "sops": {
      const { readSops } = await import("./readers/sops/sops.ts");
      return readSops(text, file, environment);
    }
  }
}

/** Encrypted files and JSON are recognized by their content; between YAML and dotenv the name decides first. */
async function detect(text: string, file: string): Promise<ImportFormat> {
  const { isSopsText } = await import("./readers/sops/sops-file.ts");
  if (isSopsText(text)) return "sops";
  if (looksLikeJson(text)) return (await isKubernetes("json", text, file)) ? "k8s" : "json";
  if (/\.ya?ml$/i.test(file) || (!isDotenvName(file) && MAPS.test(firstLine(text)))) {
    return (await isKubernetes("yaml", text, file)) ? "k8s" : "yaml";
  }
  return ENCRYPTED_BY_DOTENVX.test(text) ? "dotenvx" : "dotenv";
}

const MAPS = /^(?:---|[^=]*:(?:\s|$))/;
const ENCRYPTED_BY_DOTENVX = /^[ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*=[ \t]*["'`]?encrypted:/m;

/** The first line that is neither blank nor a comment. */
function firstLine(text: string): string {
  return /^[ \t]*[^\s#].*/m.exec(text)?.[0] ?? "";
}

function looksLikeJson(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

function isDotenvName(file: string): boolean {
  return /(?:^|[/\\])\.env(?:\.[^/\\]*)?$|\.env$/i.test(file);
}

/** A quick look at the words first: most files are none, and parsing takes its time. */
async function isKubernetes(format: "json" | "yaml", text: string, file: string): Promise<boolean> {
  if (!/\bkind\b/.test(text) || !/\bapiVersion\b/.test(text) || !/\bSecret\b/.test(text)) return false;
  const { isKubernetesSecret } = await import("./readers/kubernetes.ts");
  return (await trees(format, text, file)).some(isKubernetesSecret);
}

async function trees(format: "json" | "yaml", text: string, file: string): Promise<readonly Tree[]> {
  if (format === "json") {
    const { parseJsonTree } = await import("./readers/json-tree.ts");
    return [parseJsonTree(text, file)];
  }
  const { parseYamlTrees } = await import("./readers/yaml-tree.ts");
  return parseYamlTrees(text, file);
}

function onlyDocument([document, ...others]: readonly Tree[], file: string): Tree {
  if (!document) throw invalidImport(file, undefined, "is empty");
  if (others[0]) throw invalidImport(file, others[0].line, "has several documents: import one at a time");
  return document;
}
