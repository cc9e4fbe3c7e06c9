import { PprotectError } from "../../common/errors.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../../import/write-entries.ts";
import { option } from "../argv/option.ts";
import { choice } from "../argv/value-type.ts";

/** What `--format` takes; `env` is another name of `dotenv`. */
export const OUTPUT_FORMATS = [...EXPORT_FORMATS, "env"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** How secrets are printed. `--output-format` is the same option. */
export function formatOption<const More extends string = never>(
  description: string,
  more: readonly More[] = [],
): OutputFormat | More | undefined {
  return option("--output-format,--format", choice("FORMAT", [...OUTPUT_FORMATS, ...more]), description);
}

export function exportFormat(format: OutputFormat): ExportFormat {
  return format === "env" ? "dotenv" : format;
}

/** The masks for GitHub's log go to standard output as they are. @throws PprotectError `usage` */
export function refuseJsonMasks(json: boolean, format: OutputFormat): void {
  if (json && format === "github")
    throw new PprotectError("usage", "give --json or --format github, not both");
}
