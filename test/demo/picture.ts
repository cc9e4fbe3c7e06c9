import type { Recorded } from "./record.ts";

/** The width of the picture, in characters. */
const COLUMNS = 88;
/** The size of a character, the height of a line and the margin, in pixels. */
const CHARACTER = 7.8;
const LINE = 19;
const MARGIN = 20;

const STYLE = `
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre;fill:#24292f}
rect{fill:#f6f8fa;stroke:#d0d7de}.says{fill:#57606a}.run{fill:#0550ae;font-weight:600}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#0d1117;stroke:#30363d}.says{fill:#8b949e}.run{fill:#79c0ff}}
`;

/** A line of the picture, and what it is. */
interface Line {
  readonly kind: "says" | "run" | "output";
  readonly text: string;
}

/** An SVG of a terminal with the steps that are marked for it: light or dark, as the reader's screen is. */
export function picture(steps: readonly Recorded[]): string {
  const lines = pictureLines(steps);
  const width = Math.ceil(COLUMNS * CHARACTER + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const texts = lines.map(({ kind, text }, index) => {
    const y = MARGIN + LINE * (index + 0.75);
    return text === "" ? "" : `<text class="${kind}" x="${MARGIN}" y="${y}">${xml(text)}</text>\n`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img">\n` +
    `<title>pprotect in a terminal</title>\n<style>${STYLE}</style>\n` +
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>\n${texts.join("")}</svg>\n`
  );
}

/** What the picture shows, where what is random or a time is the same in every run. */
export function pictureLines(steps: readonly Recorded[]): readonly Line[] {
  return steps
    .filter(({ pictured }) => pictured)
    .flatMap(({ says, run, output }, index) => [
      ...(index > 0 && says !== undefined ? [{ kind: "output", text: "" } as const] : []),
      ...(says === undefined ? [] : [{ kind: "says", text: `# ${says}` } as const]),
      ...broken(`$ ${run}`).map((text) => ({ kind: "run", text }) as const),
      ...outputLines(output).map((text) => ({ kind: "output", text }) as const),
    ]);
}

function outputLines(output: string): string[] {
  return output === "" ? [] : stable(output).trimEnd().split("\n").flatMap(broken);
}

/** Sealed values and keys from another run, and the time of the picture. */
function stable(output: string): string {
  let seen = 0;
  return output
    .replaceAll(/[A-Za-z0-9+/]{40,}=*/g, ({ length }) => {
      const random = new Bun.SHA512().update(String(seen++)).digest("base64").replaceAll("=", "");
      return `AA${random.slice(2, length)}`;
    })
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "2026-11-25T09:41:00Z");
}

/** A line in pieces that fit, broken between words. */
function broken(line: string): readonly string[] {
  if (line.length <= COLUMNS) return [line];
  const end = line.lastIndexOf(" ", COLUMNS);
  const at = end > 4 ? end : COLUMNS;
  return [line.slice(0, at), ...broken(`    ${line.slice(at).trimStart()}`)];
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
