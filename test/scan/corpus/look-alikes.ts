import { base64, type CorpusKind, type Draw, lines } from "./draw.ts";

function oneLine(kind: string, variants: (draw: Draw) => readonly (readonly [string, string])[]): CorpusKind {
  return {
    kind,
    make: (draw) => {
      const [path, line] = draw.pick(variants(draw));
      return { path, content: lines(line) };
    },
  };
}

const edge = (word: string, kind: string) => `${"-".repeat(5)}${word} ${kind}${"-".repeat(5)}`;
const joined = (...parts: readonly string[]) => parts.join("");

/** Text that looks like a secret and is not one, of the kinds that the rules were written with. */
export const lookAlikes: readonly CorpusKind[] = [
  oneLine("keyword arguments of Python", (draw) => [
    ["lib/api.py", "    def __init__(self, host, username=None, password=None, token=None):"],
    [
      "lib/db.py",
      `    conn = connect(host=host, user=${draw.person()}_name, password=password, database=db)`,
    ],
    ["lib/client.py", "    return Client(user=self.user, password=self._password, api_key=self.api_key)"],
    ["lib/dsn.py", "dsn = f'host={host} user={user} password={password} dbname={name}'"],
  ]),
  {
    kind: ".env without a secret",
    make: (draw) => ({
      path: draw.pick([".env", ".env.development", "web/.env.local", "apps/site/.env.production"]),
      content: lines(
        "NODE_ENV=development",
        `PORT=${draw.between(3000, 9999)}`,
        `NEXT_PUBLIC_API_URL=https://api.${draw.company()}.io`,
        `VITE_APP_TITLE=${draw.capital()} ${draw.capital()}`,
        "LOG_LEVEL=debug",
        `COMPOSE_PROJECT_NAME=${draw.word()}`,
        "FEATURE_NEW_LOGIN=true",
      ),
    }),
  },
  {
    kind: "SOPS",
    make: (draw) => {
      const sealed = `ENC[AES256_GCM,data:${draw.base64(18)},iv:${draw.base64(32)},tag:${draw.base64(16)},type:str]`;
      return draw.pick([
        {
          path: "secrets/prod.yaml",
          content: lines(
            `db_password: ${sealed}`,
            `api_key: ${sealed}`,
            "sops:",
            `  lastmodified: "2026-01-01T00:00:00Z"`,
            `  mac: ${sealed}`,
          ),
        },
        {
          path: "secrets/prod.env",
          content: lines(`DB_PASSWORD=${sealed}`, `API_TOKEN=${sealed}`, `sops_mac=${sealed}`),
        },
        {
          path: "secrets/prod.json",
          content: lines("{", `  "password": "${sealed}",`, `  "client_secret": "${sealed}"`, "}"),
        },
      ]);
    },
  },
  {
    kind: "dotenvx",
    make: (draw) => ({
      path: draw.pick([".env", ".env.production"]),
      content: lines(
        `DOTENV_PUBLIC_KEY="03${draw.hex(64)}"`,
        `DB_PASSWORD="encrypted:${draw.base64(97)}"`,
        `API_KEY=encrypted:${draw.base64(97)}`,
      ),
    }),
  },
  oneLine("header of a key without a body", (draw) => [
    [
      "src/pem.ts",
      `if (text.includes("${edge("BEGIN", `RSA PRIVATE ${"KEY"}`)}")) throw new Error("a key");`,
    ],
    ["src/pem.go", `const header = "${edge("BEGIN", `PRIVATE ${"KEY"}`)}"`],
    ["docs/tls.md", `Paste the lines from \`${edge("BEGIN", `EC PRIVATE ${"KEY"}`)}\` on.`],
    [
      "values.yaml",
      `  key: "${edge("BEGIN", `PRIVATE ${"KEY"}`)}\\n...\\n${edge("END", `PRIVATE ${"KEY"}`)}"`,
    ],
    [
      ".env.example",
      `KEY="${edge("BEGIN", `PRIVATE ${"KEY"}`)}\\nyour key here\\n${edge("END", `PRIVATE ${"KEY"}`)}"`,
    ],
    [
      "src/strip.py",
      `body = pem.replace("${edge("BEGIN", `PRIVATE ${"KEY"}`)}", "").strip() # ${draw.word()}`,
    ],
  ]),
  oneLine("CSRF fields", (draw) => [
    ["views/form.html", `<input type="hidden" name="csrf_token" value="${draw.urlSafe(43)}">`],
    [
      "views/edit.html",
      `<input type="hidden" name="authenticity_token" value="${draw.base64(64)}" autocomplete="off" />`,
    ],
    ["views/page.html", `<meta name="csrf-token" content="${draw.base64(32)}">`],
    [
      "views/login.html",
      `<input name="__RequestVerificationToken" type="hidden" value="${draw.urlSafe(92)}" />`,
    ],
    ["views/django.html", `<input type='hidden' name='csrfmiddlewaretoken' value='${draw.mixed(64)}' />`],
    ["src/api.js", `  headers: { "X-CSRF-Token": "${draw.urlSafe(43)}" },`],
  ]),
  {
    kind: "protobuf descriptor",
    make: (draw) => {
      const descriptor = base64(
        `\n\x12${draw.service()}/v1/${draw.word()}.proto\x12\x0a${draw.service()}.v1"K\n\x0c${draw.capital()}Request\x12\x12\n\nrequest_id\x18\x01 \x01(\t\x12\x0f\n\x07user_id\x18\x02 \x01(\t`,
      );
      return draw.pick([
        {
          path: "Protos/Basket.cs",
          content: lines(
            "  byte[] descriptorData = Convert.FromBase64String(",
            "    string.Concat(",
            ...(descriptor.match(/.{1,60}/g) ?? []).map((part) => `      "${part}",`),
          ),
        },
        { path: "src/gen/users_pb.ts", content: lines(`  fileDesc("${descriptor}");`) },
        { path: "gen/users_pb2.py", content: lines(`_descriptor = base64.b64decode('${descriptor}')`) },
      ]);
    },
  },
  oneLine("sequential and word-like tokens", (draw) => [
    ["src/a.ts", `const t = "${joined("ghp", "_abcdefghijklmnopqrstuvwxyz0123456789")}";`],
    ["src/a.ts", `const t = "${joined("ghp", "_1234567890abcdefghijklmnopqrstuvwxyz")}";`],
    ["config.yaml", `key: ${joined("AKIA", "1234567890ABCDEF")}`],
    ["config.yaml", `key: ${joined("AKIA", "ABCDEFGHIJKLMNOP")}`],
    ["src/a.ts", `const t = "${joined("xoxb", "-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx")}";`],
    ["src/a.ts", `const t = "${joined("xoxe", "-1-YourRefreshTokenGoesHere")}";`],
    ["src/a.ts", `const t = "${joined("sk_live", "_thisIsNotARealKeyAtAll00")}";`],
    ["src/a.ts", `const t = "${joined("glpat", "-abcdefghij1234567890")}";`],
    [
      "src/a.ts",
      `const t = "${joined("sk", "-1234567890abcdef1234567890abcdef1234567890abcdef")}"; // ${draw.word()}`,
    ],
    ["src/a.ts", `const t = "${joined("AIza", "SyAbCdEfGhIjKlMnOpQrStUvWxYz0123456")}";`],
    ["src/a.ts", `const t = "${joined("npm", "_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")}";`],
    [
      "src/a.ts",
      `const t = "${joined("SG", ".aaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")}";`,
    ],
  ]),
  oneLine("published example keys", (draw) => [
    ["docs/aws.md", `aws_access_key_id = ${joined("AKIA", "IOSFODNN7EXAMPLE")}`],
    ["src/aws.ts", `const secretAccessKey = "${joined("wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY")}";`],
    ["src/pay.ts", `const key = "${joined("sk_test", "_4eC39HqLyjWDarjtT1zdp7dc")}";`],
    [
      "src/blob.cs",
      `var c = "AccountName=devstoreaccount1;AccountKey=${joined("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq", "/K1SZFPTOtr/KBHBeksoGMGw==")};";`,
    ],
    [
      "src/jwt.ts",
      `const t = "${joined("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.", "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c")}";`,
    ],
    [
      "config.yaml",
      `cosmos_key: ${joined("C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw", "/Jw==")}`,
    ],
    [
      "hardhat.config.js",
      `  accounts: ["${joined("0xac0974bec39a17e36ba4a6b4d238ff94", "4bacb478cbed5efcae784d7bf4f2ff80")}"],`,
    ],
    [
      "src/a.ts",
      `const basic = "Authorization: Basic ${joined("QWxhZGRpbjpvcGVu", "IHNlc2FtZQ==")}"; // ${draw.word()}`,
    ],
  ]),
  oneLine("publishable keys", (draw) => [
    ["src/pay.ts", `const stripe = loadStripe("pk_live_${draw.mixed(24)}");`],
    ["src/pay.ts", `const publishableKey = "pk_test_${draw.mixed(99)}";`],
    ["src/map.ts", `mapboxgl.accessToken = "pk.eyJ1${draw.mixed(60)}.${draw.mixed(22)}";`],
    [
      "src/sentry.ts",
      `Sentry.init({ dsn: "https://${draw.hex(32)}@o${draw.digits(6)}.ingest.sentry.io/${draw.digits(7)}" });`,
    ],
    ["src/analytics.ts", `posthog.init("phc_${draw.mixed(43)}");`],
    ["web/form.html", `<div class="g-recaptcha" data-sitekey="6L${draw.urlSafe(38)}"></div>`],
    ["src/db.ts", `const client = createClient(url, "sb_publishable_${draw.urlSafe(31)}");`],
    [".env", `NEXT_PUBLIC_STRIPE_KEY=pk_live_${draw.mixed(24)}`],
    ["src/search.ts", `  searchApiKeyPublic: "${draw.hex(32)}", // search only`],
  ]),
  oneLine("placeholders in documentation", (draw) => [
    ["docs/setup.md", "password: s3cr3t"],
    ["README.md", `curl -u admin:p@ssw0rd https://api.${draw.company()}.io`],
    ["README.md", "    DATABASE_URL=postgres://user:password@localhost:5432/app"],
    ["docs/api.md", "Authorization: Bearer YOUR_ACCESS_TOKEN"],
    ["docs/config.rst", "   SECRET_KEY = 'change-me-in-production'"],
    ["src/User.java", ' * @example user.setPassword("s3cr3tP@ss")'],
    ["lib/client.rb", "# @example Client.new(token: 'my-secret-token-123')"],
    ["README.md", `export API_KEY=<your-api-key>`],
    ["docs/db.md", "mysql -u root -pSecret123 app"],
    ["README.md", `docker run -e POSTGRES_PASSWORD=mysecretpassword -d postgres`],
    [".env.example", `JWT_SECRET=replace-with-a-long-random-string`],
    ["docs/auth.md", `password = "hunter2"`],
  ]),
  oneLine("references", (draw) => [
    ["deploy.yml", "          API_TOKEN: $" + "{{ secrets.API_TOKEN }}"],
    ["app.yaml", "  password: $" + "{DB_PASSWORD}"],
    ["app.yaml", `  password: vault:secret/data/${draw.service()}#password`],
    ["src/a.ts", "const token = process.env.GITHUB_TOKEN_V2 ?? '';"],
    ["src/a.py", `api_key = os.environ["${draw.keyName()}"]`],
    ["main.tf", "  password = random_password.db.result"],
    [
      "main.tf",
      `  secret_arn = "arn:aws:secretsmanager:eu-west-1:${draw.digits(12)}:secret:db-${draw.mixed(6)}"`,
    ],
    [".env", `DB_PASSWORD=op://prod/db/${draw.word()}1`],
    ["src/Auth.java", "    this.password = builder.passwordV2;"],
    ["config.rb", "  config.api_token = Rails.application.credentials.api_token1"],
    ["k8s.yaml", "          password: {{ .Values.db.password2 }}"],
  ]),
  oneLine("checksums and identifiers", (draw) => [
    ["deps.yaml", `  sha256: ${draw.hex(64)}`],
    ["src/index.html", `<script src="a.js" integrity="sha384-${draw.base64(48)}"></script>`],
    ["Dockerfile", `FROM alpine@sha256:${draw.hex(64)}`],
    [".github/workflows/ci.yml", `      - uses: actions/checkout@${draw.hex(40)}`],
    ["src/ids.ts", `export const ORGANIZATION_ID = "${draw.uuid()}";`],
    ["app.sln", `Project("{${draw.uuid().toUpperCase()}}") = "Api", "Api.csproj"`],
    ["deps.nix", `  hash = "sha256-${draw.base64(32)}";`],
    ["go.sum", `github.com/a/b v1.2.3 h1:${draw.base64(32)}`],
    ["src/contract.ts", `export const TOKEN_ADDRESS = "0x${draw.hex(40)}";`],
    ["api.json", `  "nextPageToken": "${draw.urlSafe(60)}",`],
    ["data.json", `  "etag": "W/\\"${draw.mixed(27)}\\"",`],
  ]),
  oneLine("names of keys and of errors", (draw) => [
    ["src/errors.ts", `export const INVALID_TOKEN = "invalid_token_${draw.word()}";`],
    ["src/storage.ts", 'const TOKEN_KEY = "app.auth.token.v2";'],
    ["src/routes.ts", '  resetPassword: "/account/reset-password2",'],
    ["src/enum.ts", '  PasswordReset = "password-reset-request1",'],
    ["src/operations.ts", '  "v1-create-signing-key": "v1CreateSigningKey",'],
    ["src/form.ts", '  password: { type: "string", minLength: 12, label: "form.password.label2" },'],
    ["src/i18n.ts", '  passwordHint: "Use 8 characters or more",'],
    ["locales/de.json", '  "password": "Passwort2",'],
    ["config.yaml", `  secretName: ${draw.service()}-tls-2026`],
    ["config.yaml", "  passwordSecretRef: db-credentials-v2"],
    ["src/limits.ts", "  MAX_TOKENS: 128000, tokenLimit: 4096,"],
    ["settings.py", "PASSWORD_RESET_TIMEOUT = 259200"],
  ]),
  oneLine("definitions", () => [
    ["schema.sql", "  password VARCHAR(255) NOT NULL,"],
    ["openapi.yaml", "        password: {type: string, format: password}"],
    ["src/config.h", "#define PASSWORD_MAX_LENGTH 128"],
    ["src/types.ts", "  password?: string; token: string | undefined;"],
    ["Makefile", "\tdocker run -p 8080:80 -p 5432:5432 app"],
    ["run.sh", 'mysql -u root -p"$MYSQL_PASSWORD" app'],
    ["run.sh", "mkdir -p build/output1 && ssh -p 2222 deploy@host"],
    ["run.sh", 'echo "$TOKEN" | docker login -u ci --password-stdin'],
    ["init.sql", "CREATE USER app IDENTIFIED BY :password;"],
    ["main.tf", 'variable "db_password" { type = string\n  sensitive = true }'],
  ]),
];
