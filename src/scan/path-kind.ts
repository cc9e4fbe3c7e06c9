import { memo } from "../common/memo.ts";

/** Several ask about the same file, and a history has the same files again and again: of so many, the answers are kept. */
export const MOST_PATHS = 5000;

/** Where values are made up: tests and samples of code, or manuals, which may as well be the notes of a team. */
export type Example = "test" | "manual" | undefined;

/** What a file's path says about its lines. */
export interface PathKind {
  /** Values are written without quotes. In code, text without quotes is an identifier. */
  readonly bareValues: boolean;
  /** Checksums, generated or translated text: only known tokens count, not assigned values. */
  readonly tokensOnly: boolean;
  /** Tests, examples, documentation: they have many made-up passwords, so only values that look random count. */
  readonly isExample: boolean;
  /** Which of them, if it is one. */
  readonly example: Example;
  /** Data or a record: a very long line is text like any other. In code, it is generated. */
  readonly isData: boolean;
}

const CODE =
  /\.(?:[cm]?[jt]sx?|vue|svelte|astro|py|pyi|rb|go|rs|java|kt|kts|scala|groovy|gradle|swift|m|mm|c|cc|cpp|cxx|h|hh|hpp|ino|cs|fs|vb|php|pl|pm|lua|r|jl|dart|ex|exs|erl|hrl|clj|cljs|hs|elm|ml|mli|nim|zig|v|sol|proto|graphql|gql|sql|json|jsonc|json5|html?|xhtml|jsp|aspx?|cshtml|razor|erb|hbs|ejs|pug|haml|twig|liquid|tf|hcl|nix|bicep|ipynb|wat|asm|s)$/i;

const TOKENS_ONLY_NAME =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum|go\.work\.sum|packages\.lock\.json|verification-metadata\.xml|\.yarnrc-state|\.secrets\.baseline|\.pprotect-baseline\.json|yarn-integrity|CHECKSUMS?|[A-Z0-9]*SUMS(?:\.txt)?)$|\.(?:lock|lockb|lock\.hcl|sum|min\.js|min\.css|min\.mjs|map|svg|css|scss|sass|less|snap|po|pot|xlf|xliff|arb|strings|resx|ttf|woff2?|eot|crt|cer|csr|sha1|sha256|sha512|md5|asc|sig|bom|wasm|tsbuildinfo|patch\.b64|geojson|dic|aff)$|(?:^|[/._-])(?:locales?|i18n|l10n|lang|langs|languages|translations?|nls)\.(?:json|ya?ml|properties|[jt]s|php)$/i;

const TOKENS_ONLY_DIRECTORY = /(?:^|[/._-])(?:locales?|i18n|l10n|lang|langs|languages|translations?|nls)\//i;

const EXAMPLE_DIRECTORY =
  /(?:^|\/)(?:tests?|__tests__|specs?|fixtures?|__fixtures__|mocks?|__mocks__|testdata|test_data|test-?fixtures|testing|test-[\w-]+|[\w-]+[-_]tests?|(?:integration|unit|docker|smoke|functional|int)Test|examples?|samples?|demos?|docs?|doc|documentation|guides?|e2e|cypress|stories|benchmarks?|node_modules|vendor|third_party|recordings?|cassettes)\//i;

/** The same by the name of the file. */
const EXAMPLE_NAME =
  /[._-](?:test|tests|spec|mock|mocks|stories|fixture|fixtures|example|sample|template|dist|tmpl)\.[\w.]+$|[._-](?:example|sample|template|dist|tmpl)$|(?:^|\/|_)(?:tests?|spec)\.\w+$|Tests?\.\w+$|(?:^|\/)(?:README|CHANGELOG|CHANGES|HISTORY|CONTRIBUTING|LICENSE|NOTICE)[\w.-]*$|(?:^|\/)(?:openapi|swagger)[\w.-]*\.(?:json|ya?ml)$|\.(?:md|mdx|markdown|rst|adoc|asciidoc|tex|rdoc|org|feature|d\.[cm]?ts)$/i;

const MANUAL = /\.(?:md|markdown|rst|adoc|asciidoc|org|tex|txt)$/i;
const OF_TESTS =
  /(?:^|\/)(?:tests?|__tests__|specs?|fixtures?|__fixtures__|mocks?|__mocks__|testdata|test_data|testing|examples?|samples?|demos?|e2e|cypress|benchmarks?|node_modules|vendor|third_party|recordings?|cassettes)\/|(?:^|\/)(?:CHANGELOG|CHANGES|HISTORY|LICENSE|NOTICE)[\w.-]*$/i;

/** What people write for each other about the systems that they run. */
const NOTES =
  /(?:^|\/)(?:notes?|access|credentials?|passwords?|onboarding|hand-?over|runbook|ops|operations|servers?|environments?|secrets?|infra(?:structure)?|accounts?|vpn|wiki|(?:meeting|incident|postmortem)[\w-]*|[0-9]{4}-[0-9]{2}-[0-9]{2}[\w-]*)\.(?:md|markdown|rst|adoc|org)$|(?:^|\/)(?:incidents|runbooks|notes|meetings|hand-?over|postmortems)\/[^/]*\.(?:md|markdown|rst|adoc|org)$/i;

const DATA = /\.(?:har|json|ipynb|log|txt|xml|ya?ml|env|tfstate|csv|sql|http)$/i;

/** What a directory says about its files. @param directory with a slash at its end */
const directoryKind = memo(
  (directory) => ({
    tokensOnly: TOKENS_ONLY_DIRECTORY.test(directory),
    isExample: EXAMPLE_DIRECTORY.test(directory),
  }),
  MOST_PATHS,
);

/** What the end of a name says about a file. @param ending with its dot */
const endingKind = memo(
  (ending) => ({ bareValues: !CODE.test(ending), isData: DATA.test(ending) }),
  MOST_PATHS,
);

/** @param path relative to the repository's root, with slashes */
export const pathKind: (path: string) => PathKind = memo((path) => {
  // Many files have the same directory, and most the same few endings.
  const nameAt = path.lastIndexOf("/") + 1;
  const name = path.slice(nameAt);
  const directory = directoryKind(path.slice(0, nameAt));
  const mayBeExample = directory.isExample || EXAMPLE_NAME.test(name);
  const isExample = mayBeExample && !(NOTES.test(path) && !OF_TESTS.test(path));
  return {
    ...endingKind(name.slice(name.lastIndexOf("."))),
    tokensOnly: directory.tokensOnly || TOKENS_ONLY_NAME.test(name),
    isExample,
    example: isExample ? exampleKind(path) : undefined,
  };
}, MOST_PATHS);

function exampleKind(path: string): Example {
  return MANUAL.test(path) && !OF_TESTS.test(path) ? "manual" : "test";
}
