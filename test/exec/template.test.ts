import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Choice } from "../../src/exec/selection.ts";
import {
  findReferences,
  parseTemplate,
  renderTemplate,
  type TemplateDomains,
} from "../../src/exec/template.ts";
import { utf8 } from "../support/bytes.ts";
import { sampleStore } from "../support/stores.ts";

const FILE = "app.template";

/** What a template becomes when each place is given its own name, in brackets. */
function rendered(template: string): string {
  const parts = parseTemplate(utf8(template), FILE);
  const names = parts.flatMap((part) =>
    part instanceof Uint8Array ? [] : [`[${part.domain === undefined ? "" : `${part.domain}|`}${part.name}]`],
  );
  return Buffer.from(renderTemplate(parts, names)).toString();
}

/** What an action is refused with. */
function refusal(action: () => unknown): { code?: string; message?: string; fix?: string } {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  return {};
}

describe("in a template", () => {
  test.each([
    ["a={{NAME}};", "a=[NAME];"],
    ["{{ a-b_C9 }}{{\tx\t}}", "[a-b_C9][x]"],
    ["{{dev/key}}", "[dev|key]"],
    ["{{ my team/prod/key }}", "[my team/prod|key]"],
    ["{{zoë/key}} ü", "[zoë|key] ü"],
    ["{{/key}}", "[|key]"],
    ['{"a":{"b":"{{x}}"}}', '{"a":{"b":"[x]"}}'],
    ["}} } { {x}", "}} } { {x}"],
    ['{{"{{"}} .Values.x }}', "{{ .Values.x }}"],
    ["", ""],
  ])("%j becomes %j", (template, expected) => {
    expect(rendered(template)).toBe(expected);
  });

  test.each([
    "{{ .Values.x }}",
    "{{}}",
    "{{ }}",
    "{{a b}}",
    "{{9a}}",
    "{{a",
    "{{a\n/b}}",
    "{{a}",
    "{{{a}}}",
    '{{"a"}}',
    "{{dev/}}",
  ])("%j is refused, with its line", (text) => {
    const { code, message, fix } = refusal(() => rendered(`one\n{{ok}}\n${text}`));
    expect(code).toBe("invalid_template");
    expect(message).toStartWith(`${FILE}:3: "{{`);
    expect(fix).toContain('{{"{{"}}');
  });

  test("UTF-16 is refused: nothing would be found in it", () => {
    for (const mark of ["fffe", "feff"]) {
      const bytes = Buffer.concat([Buffer.from(mark, "hex"), Buffer.from("{{a}}", "utf16le")]);
      expect(refusal(() => parseTemplate(bytes, FILE)).message).toContain("UTF-16");
    }
  });

  test("what a value has in braces stays", () => {
    const parts = parseTemplate(utf8("{{a}}{{b}}"), FILE);
    expect(Buffer.from(renderTemplate(parts, ["{{b}}", '{{"{{"}}'])).toString()).toBe('{{b}}{{"{{"}}');
  });

  const bytes = fc
    .uint8Array({ maxLength: 200 })
    .filter((each) => !/^(?:\xff\xfe|\xfe\xff)/.test(Buffer.from(each).toString("latin1")));

  test("law: bytes without {{ stay as they are, whatever they are", () => {
    fc.assert(
      fc.property(bytes, (given) => {
        const text = Buffer.from(given).toString("latin1");
        fc.pre(!text.includes("{{"));
        expect(Buffer.from(renderTemplate(parseTemplate(given, FILE), [])).toString("latin1")).toBe(text);
      }),
    );
  });

  test("law: any bytes can be written, each {{ as its literal", () => {
    const braced = fc.array(fc.oneof(fc.constantFrom("{", "{{", "}}", '"', "a"), fc.string()), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(braced, (pieces) => {
        const text = pieces.join("");
        const template = text.replaceAll("{{", '{{"{{"}}');
        fc.pre(!template.replaceAll('{{"{{"}}', "").includes("{{"));
        expect(rendered(template)).toBe(text);
      }),
    );
  });

  test("law: values come in order, to the byte, between what stays", () => {
    const name = fc.stringMatching(/^[A-Za-z][-_A-Za-z0-9]{0,5}$/);
    const rest = fc.string({ unit: "grapheme" }).filter((each) => !each.includes("{"));
    fc.assert(
      fc.property(fc.array(fc.tuple(rest, name, fc.string({ unit: "grapheme" }))), rest, (pieces, last) => {
        const template = pieces.map(([before, each]) => `${before}{{${each}}}`).join("") + last;
        const values = pieces.map(([, , value]) => value);
        const expected = pieces.map(([before, , value]) => before + value).join("") + last;
        expect(Buffer.from(renderTemplate(parseTemplate(utf8(template), FILE), values)).toString()).toBe(
          expected,
        );
      }),
    );
  });
});

describe("a template's secrets are found", () => {
  const store = sampleStore().addSecret("prod", "api-key", "prod-api-key").data;
  const find = (template: string, given: Partial<TemplateDomains> = {}) =>
    findReferences(parseTemplate(utf8(template), FILE), FILE, store, {
      domains: [],
      override: false,
      manifest: [],
      ...given,
    }).map((choice) => ("domain" in choice ? { domain: choice.domain, name: choice.name } : choice.source));

  test("where a manifest says, unless they name a domain", () => {
    const manifest: Choice[] = [
      { variable: "KEY", name: "api-key", domain: "prod" },
      { variable: "PORT", name: "port", source: "env", value: "80" },
      { variable: "A", name: "token", domain: "prod" },
      { variable: "B", name: "token", domain: "dev" },
    ];
    expect(find("{{api-key}}{{dev/api-key}}{{port}}", { manifest })).toEqual([
      { domain: "prod", name: "api-key" },
      { domain: "dev", name: "api-key" },
      "env",
    ]);
    expect(refusal(() => find("{{token}}", { manifest })).message).toBe(
      `${FILE}:1: the manifest has several entries with the name "token": A and B`,
    );
  });

  test("in the domain that they name, or else in those that are given", () => {
    expect(find("{{prod/token}} {{dev/api-key}}")).toEqual([
      { domain: "prod", name: "token" },
      { domain: "dev", name: "api-key" },
    ]);
    expect(find("{{token}}{{db-password}}", { domains: ["dev", "prod"] })).toEqual([
      { domain: "prod", name: "token" },
      { domain: "dev", name: "db-password" },
    ]);
  });

  test("in the later of two with override; without, the refusal names both", () => {
    const domains = ["dev", "prod"];
    expect(find("{{api-key}}", { domains, override: true })).toEqual([{ domain: "prod", name: "api-key" }]);
    expect(refusal(() => find("\n{{api-key}}", { domains })).message).toBe(
      `${FILE}:2: domains "dev" and "prod" both have a secret "api-key"`,
    );
    expect(find("{{dev/api-key}}", { domains })).toEqual([{ domain: "dev", name: "api-key" }]);
  });

  test("or refused with their line and the nearest name", () => {
    expect(refusal(() => find("a\n{{api-kye}}", { domains: ["dev"] }))).toMatchObject({
      code: "no_such_secret",
      message: `${FILE}:2: no secret "api-kye" in domain "dev"`,
      fix: 'did you mean "api-key"?',
    });
    expect(refusal(() => find("{{prd/token}}"))).toMatchObject({
      code: "no_such_domain",
      fix: 'did you mean "prod"?',
    });
    expect(refusal(() => find("{{token}}")).message).toBe(`${FILE}:1: no domain for {{token}}`);
    expect(refusal(() => find("", { domains: ["prd"] })).code).toBe("no_such_domain");
  });
});
