import type { Read } from "../../support/consumers.ts";

/**
 * Readers that cannot be run in a test, written after their sources or their documentation: not by anything that our
 * writers know.
 */

/** docker/cli, opts/file.go: parseKeyValueFile(), with Go's bufio.ScanLines and its longest line. */
export function dockerReads(text: string): Read {
  const found: Record<string, string> = {};
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const whole of lines) {
    if (Buffer.byteLength(whole) >= 64 * 1024) throw new Error("bufio.Scanner: token too long");
    const line = whole.replace(/\r$/, "").replace(/^\s+/, "");
    if (line === "" || line.startsWith("#")) continue;
    const equals = line.indexOf("=");
    if (equals < 1) throw new Error("no variable name");
    const name = line.slice(0, equals);
    if (/\s/.test(name)) throw new Error("variable contains whitespaces");
    found[name] = line.slice(equals + 1);
  }
  return found;
}

/** actions/runner, src/Runner.Worker/FileCommandManager.cs. On Windows, CRLF is a line end too. */
export function githubReads(text: string, system: "linux" | "windows"): Read {
  const found: Record<string, string> = {};
  let index = 0;
  const readLine = (): { line: string; newline: string } | undefined => {
    if (index >= text.length) return undefined;
    const start = index;
    const lineFeed = text.indexOf("\n", index);
    if (lineFeed < 0) {
      index = text.length;
      return { line: text.slice(start), newline: "" };
    }
    index = lineFeed + 1;
    const both = system === "windows" && lineFeed > start && text[lineFeed - 1] === "\r";
    return { line: text.slice(start, both ? lineFeed - 1 : lineFeed), newline: both ? "\r\n" : "\n" };
  };
  for (let read = readLine(); read !== undefined; read = readLine()) {
    const { line } = read;
    if (line === "") continue;
    const [equals, heredoc] = [line.indexOf("="), line.indexOf("<<")];
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      found[line.slice(0, equals)] = line.slice(equals + 1);
      continue;
    }
    if (heredoc < 1) throw new Error(`invalid format: ${line}`);
    const delimiter = line.slice(heredoc + 2);
    const start = index;
    let end = index;
    for (let next = readLine(); next?.line !== delimiter; next = readLine()) {
      if (next === undefined) throw new Error("matching delimiter not found");
      end = index - next.newline.length;
    }
    found[line.slice(0, heredoc)] = text.slice(start, end);
  }
  return found;
}

/** GitLab, app/services/ci/parse_dotenv_artifact_service.rb: each line by a regular expression, both parts stripped. */
export function gitlabReads(text: string): Read {
  const found: Record<string, string> = {};
  if (Buffer.byteLength(text) > 5 * 1024) throw new Error("Dotenv Artifact Too Big");
  for (const line of text.split(/(?<=\n)/).filter((each) => each !== "")) {
    const [, name = "", value = ""] = /^(.*?)=(.*)$/m.exec(line.replace(/\n$/, "")) ?? [];
    const strip = (part: string): string => part.replace(/^[\0\t\n\v\f\r ]+|[\0\t\n\v\f\r ]+$/g, "");
    if (!/^[a-zA-Z0-9_]+$/.test(strip(name))) throw new Error("Invalid Format");
    found[strip(name)] = strip(value);
  }
  if (Object.keys(found).length > 20) throw new Error("Dotenv files cannot have more than 20 variables");
  return found;
}

/**
 * PowerShell's about_Quoting_Rules, about_Variables (braces), about_Arithmetic_Operators (a string on the left makes
 * `+` join) and about_Type_Conversion (`[char]` of a UTF-16 unit). Curly quotes are quotes too.
 */
export function powershellReads(text: string): Read {
  const found: Record<string, string> = {};
  for (const line of text.split("\n").slice(0, -1)) {
    const [, name = "", expression = ""] = /^\$\{env:([^}`:]+)\} = (.+)$/.exec(line) ?? [];
    if (name === "" || /[^ -~]/.test(line)) throw new Error(`not understood: ${line}`);
    let [rest, value, first] = [expression, "", true];
    while (rest !== "") {
      const [whole = "", string, unit] =
        /^(?:'((?:[^']|'')*)'|\[char\](\d+))(?: \+ (?=.)|$)/.exec(rest) ?? [];
      if (whole === "" || (first && string === undefined)) throw new Error(`not understood: ${line}`);
      value += string === undefined ? String.fromCharCode(Number(unit)) : string.replaceAll("''", "'");
      rest = rest.slice(whole.length);
      first = false;
    }
    found[name] = value;
  }
  return found;
}
