import { base64, type CorpusKind, variants } from "./draw.ts";

/** Text that looks like a secret and is not one, of kinds that the rules were not written with; only measured. */
export const lookAlikesHeldOut: readonly CorpusKind[] = [
  variants("forms and their validation", (draw) => [
    [
      "src/Login.vue",
      `<input v-model="password" type="password" :rules="[required, min8]" autocomplete="current-password" />`,
    ],
    ["src/schema.ts", `password: z.string().min(12).regex(/[A-Z0-9!@#]{8}/, "Use 8 characters"),`],
    [
      "app/models/user.rb",
      `  validates :password, length: { in: 8..72 }, format: { with: /\\A[a-z0-9]+\\z/i }`,
    ],
    ["forms.py", `    password2 = forms.CharField(label="Password (again)", widget=forms.PasswordInput)`],
    [
      "src/User.cs",
      `    [Required, StringLength(100, MinimumLength = 8)] public string Password2 { get; set; }`,
    ],
    [
      "src/form.tsx",
      `<Field name="token${draw.int(9)}" label={t("auth.token.label")} placeholder="Token (6 digits)" />`,
    ],
  ]),
  variants("types and interfaces", () => [
    [
      "src/types.ts",
      "export interface Auth { accessToken: string; refreshToken?: string; secret: Uint8Array }",
    ],
    ["api.proto", "message Login { string password = 2; bytes token_hash = 3; }"],
    ["schema.graphql", "input LoginInput { email: String!, password: String! @constraint(minLength: 8) }"],
    ["src/lib.rs", "pub struct Config { pub api_key: Option<SecretString>, pub token2: Arc<str> }"],
    ["schema.prisma", "  passwordHash String @db.VarChar(255)\n  apiToken String @unique @default(uuid())"],
    [
      "db/schema.rb",
      `    t.string "encrypted_password", default: "", null: false\n    t.string "reset_password_token"`,
    ],
  ]),
  variants("calls that make or read secrets", (draw) => [
    ["src/a.js", `const token = crypto.randomBytes(32).toString("base64url");`],
    ["src/a.py", `SECRET_KEY = secrets.token_urlsafe(50)`],
    ["src/a.go", `password := os.Getenv("${draw.passwordName()}")`],
    ["src/A.java", `String token = jwtService.generateToken(userDetails2, Map.of());`],
    ["src/a.rb", `  api_key: Rails.application.credentials.dig(:stripe, :secret_key2),`],
    ["src/a.php", `$secret = $this->getParameter('app.jwt_secret_v2');`],
    ["src/a.kt", `val apiKey = BuildConfig.API_KEY_V2`],
    [
      "deploy.sh",
      `DB_PASSWORD=$(aws ssm get-parameter --name /prod/db2 --with-decryption --query Parameter.Value)`,
    ],
    ["deploy.sh", 'TOKEN="$(cat /run/secrets/token2)"; export TOKEN'],
  ]),
  variants("links and addresses", (draw) => [
    ["README.md", `[docs](https://example.com/a?token=abc123&key=demo)`],
    ["config.yaml", `  url: https://user@git.${draw.company()}.io/a/b.git`],
    ["src/a.ts", `const url = "https://cdn.${draw.company()}.io/assets/index-${draw.mixed(8)}.js";`],
    ["config.yaml", `  database: postgres://app@${draw.host()}:5432/app`],
    ["src/a.ts", `const url = \`https://$${"{user}"}:$${"{password}"}@$${"{host}"}/x\`;`],
    ["docs/urls.md", `ssh://git@host:22/${draw.word()}, https://user:pass@example.org`],
  ]),
  variants("identifiers of clouds", (draw) => [
    ["main.tf", `  ami = "ami-0${draw.hex(16)}"\n  subnet_id = "subnet-0${draw.hex(16)}"`],
    ["config.json", `  "clientId": "${draw.uuid()}", "tenantId": "${draw.uuid()}"`],
    [
      "config.ts",
      `  projectId: "${draw.company()}-${draw.digits(5)}", measurementId: "G-${draw.upper(10)}", appId: "1:${draw.digits(12)}:web:${draw.hex(22)}",`,
    ],
    ["stack.yaml", `  CertificateArn: arn:aws:acm:eu-west-1:${draw.digits(12)}:certificate/${draw.uuid()}`],
    ["client.json", `  "client_id": "${draw.digits(12)}-${draw.lower(32)}.apps.googleusercontent.com",`],
    ["zone.tf", `  zone_id = "Z0${draw.upper(18)}"`],
  ]),
  variants("hashes with a telling name", (draw) => [
    ["src/cache.ts", `  cacheKey: "${draw.hex(32)}", // md5 of the query`],
    ["lock.json", `  "integrity": "sha512-${draw.base64(64)}",`],
    [
      "users.sql",
      `INSERT INTO users (name, password_hash) VALUES ('${draw.person()}', '$2b$10$${draw.mixed(53)}');`,
    ],
    ["seed.json", `  "passwordHash": "pbkdf2:sha256:260000$${draw.mixed(16)}$${draw.hex(64)}",`],
    ["pom.xml", `<!-- checksum: ${draw.hex(40)} -->`],
    ["keys.yaml", `  fingerprint: SHA256:${draw.base64(32).slice(0, 43)}`],
    ["vectors.json", `  { "msg": "${draw.hex(64)}", "digest": "${draw.hex(64)}" },`],
  ]),
  variants("placeholders in templates", (draw) => [
    [".env.sample", `SECRET_KEY=generate-me-with-openssl-rand`],
    ["values.yaml", `  password: ""  # generated if empty`],
    ["config.example.json", `  "apiKey": "<YOUR_API_KEY>", "secret": "xxxxxxxxxxxxxxxx"`],
    ["docker-compose.yml", "      DB_PASSWORD: $" + "{DB_PASSWORD:?set it in .env}"],
    ["app.yaml", `  token: __API_TOKEN__\n  secret: '#{SECRET_KEY}#'`],
    ["main.bicep", "@secure()\nparam adminPassword string"],
    ["template.env", `API_TOKEN=your_token_here_${draw.digits(3)}`],
    ["conf.j2", "password = {{ db_password | default('changeme1') }}"],
  ]),
  variants("tests of authentication", (draw) => [
    ["tests/auth.test.js", `expect(await verify("wrong-password1")).toBe(false);`],
    ["spec/login_spec.rb", `    fill_in "Password", with: "Sup3rS3cret!"`],
    [
      "tests/test_tokens.py",
      `    assert decode("abc.def.ghi") is None; token = "invalid-token-${draw.digits(3)}"`,
    ],
    ["src/__tests__/a.test.ts", `const headers = { authorization: "Bearer test-token-1234567890" };`],
    ["features/login.feature", `    When I log in as "alice" with password "Pa55word"`],
    ["test/fixtures/user.json", `  { "username": "test", "password": "Test@1234" }`],
  ]),
  variants("text about tokens", (draw) => [
    ["src/gpt.ts", `  max_tokens: 4096, stop: ["<|endoftext|>"], model: "gpt-4o-2024-08-06",`],
    ["tokenizer.json", `  "unk_token": "<unk>", "pad_token": "[PAD]", "vocab_size": 32000`],
    ["src/theme.ts", `  "color-token-primary-500": "#${draw.hex(6)}", spacingToken: "space-400x",`],
    ["grammar.js", `  token: $ => token(prec(1, /[a-zA-Z_][a-zA-Z0-9_]*/)),`],
    ["docs/tokens.md", "| `ACCESS_TOKEN_EXPIRE_MINUTES` | 30 | minutes until an access token expires |"],
    ["src/parser.py", `TOKEN_PATTERNS = {"NUMBER2": r"\\d+", "IDENT3": r"[a-z_]\\w*"}`],
  ]),
  variants("binary data as text", (draw) => [
    ["src/font.js", `const font = "${base64(draw.bytes(300))}";\n// woff2 font data`],
    ["src/logo.py", `LOGO = base64.b64decode("iVBORw0KGgo${draw.base64Chars(200)}")`],
    ["cert.yaml", `  caBundle: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tC${draw.base64Chars(300)}`],
    ["src/wasm.ts", `export const wasm = "AGFzbQEAAAAB${draw.base64Chars(300)}"; // wasm module`],
    [
      "recording.json",
      `  "body": "${base64(JSON.stringify({ ok: true, items: [draw.word(), draw.word(), draw.word()] }))}",`,
    ],
    ["ids.ts", `export const SAMPLE_IDS = ["${draw.mixed(20)}", "${draw.mixed(20)}"]; // nanoid`],
  ]),
];
