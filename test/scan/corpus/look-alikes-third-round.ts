import { type CorpusKind, variants } from "./draw.ts";

/** Text that looks like a secret and is not one, of further kinds, written down before anything was measured on them. */
export const lookAlikesThirdRound: readonly CorpusKind[] = [
  variants("messages in several languages", (draw) => [
    ["locales/de.json", `"password_reset": "Passwort zurücksetzen (${draw.int(9)} Versuche)",`],
    ["locales/fr.yml", `  password: "Votre mot de passe doit contenir 8 caractères"`],
    ["locales/es.po", `msgid "token.expired"\nmsgstr "El token2 ha caducado"`],
    ["strings.xml", `<string name="password_hint">At least 8 characters, 1 digit!</string>`],
    ["messages.properties", `login.password.wrong=Wrong password, {0} attempts left`],
  ]),
  variants("database migrations", () => [
    ["migrations/003.sql", "ALTER TABLE users ADD COLUMN password_v2 VARCHAR(255) NOT NULL DEFAULT '';"],
    ["db/migrate/20240102030405_add_token.rb", `    add_column :users, :api_token2, :string, limit: 64`],
    [
      "migrations/0004_auto.py",
      `field=models.CharField(db_column="passwd2", max_length=128, verbose_name="password 2"),`,
    ],
    ["V7__tokens.sql", "CREATE UNIQUE INDEX idx_token_hash_256 ON tokens (token_hash, expires_at);"],
    ["schema.sql", "GRANT SELECT (id, password_changed_at) ON users TO report_2;"],
  ]),
  variants("command lines and their help", () => [
    ["docs/cli.md", "`--password-file FILE1`  read the password from a file"],
    ["src/cli.rs", `    #[arg(long, env = "API_TOKEN_V2", help = "token to use (see docs/auth2.md)")]`],
    ["src/cli.go", `\tcmd.Flags().StringVar(&opts.Password, "password", "", "password (or $APP_PASSWORD1)")`],
    ["usage.txt", "  -p, --pass=PASS1:PASS2   two passwords, separated by a colon"],
    ["run.sh", `read -rsp "Password for user1: " password`],
  ]),
  variants("settings that name secrets", (draw) => [
    [
      "k8s/deploy.yaml",
      "            - name: DB_PASSWORD\n              valueFrom:\n                secretKeyRef: { name: db-2, key: password }",
    ],
    [
      "externalsecret.yaml",
      `    - secretKey: password\n      remoteRef: { key: prod/${draw.database()}-2, property: password1 }`,
    ],
    [".github/workflows/a.yml", "          token: $" + "{{ secrets.RELEASE_TOKEN_V2 }}"],
    ["serverless.yml", "    API_KEY: $" + "{ssm:/prod/api-key-2~true}"],
    ["nomad.hcl", `{{ with secret "kv/data/app2" }}PASSWORD={{ .Data.data.password1 }}{{ end }}`],
  ]),
  variants("code of cryptography", (draw) => [
    [
      "src/aes.c",
      `static const uint8_t sbox[16] = { ${[...draw.bytes(16)].map((b) => `0x${b.toString(16).padStart(2, "0")}`).join(", ")} };`,
    ],
    ["src/curve.ts", `const P = BigInt("0x${draw.hex(64)}");`],
    ["src/kdf.py", `key = hkdf(secret, salt=b"app-v2-salt", info=b"session-key-1")`],
    ["src/jwt.go", `\tkeyFunc := func(t *jwt.Token) (any, error) { return k.Key(t.Header["kid2"]), nil }`],
    [
      "src/hash.rs",
      `const IV: [u32; 4] = [0x${draw.hex(8)}, 0x${draw.hex(8)}, 0x${draw.hex(8)}, 0x${draw.hex(8)}];`,
    ],
  ]),
  variants("identifiers of analytics and builds", (draw) => [
    [
      "index.html",
      `<script async src="https://www.googletagmanager.com/gtag/js?id=G-${draw.upper(10)}"></script>`,
    ],
    ["buildinfo.json", `{ "buildId": "${draw.mixed(21)}", "commit": "${draw.hex(40)}" }`],
    [
      "src/segment.ts",
      `Sentry.init({ dsn: "https://${draw.hex(32)}@o${draw.digits(6)}.ingest.sentry.io/${draw.digits(7)}" });`,
    ],
    ["vercel.json", `{ "projectId": "prj_${draw.mixed(28)}", "orgId": "team_${draw.mixed(24)}" }`],
    ["Podfile.lock", `  Firebase: ${draw.hex(40)}\n  KeychainAccess: ${draw.hex(40)}`],
  ]),
  variants("answers of servers in tests", (draw) => [
    ["tests/fixtures/login.json", `{ "token": "token-for-user-1", "expires_in": 3600 }`],
    ["spec/cassettes/me.yml", `      string: '{"id":${draw.int(999)},"etag":"${draw.hex(32)}"}'`],
    ["src/api.test.ts", `  nock("https://x.io").get("/t").reply(200, { accessToken: "access-token-1" });`],
    [
      "src/mocks/handlers.ts",
      `  http.post("/login", () => HttpResponse.json({ token: "mocked-jwt-token-42" })),`,
    ],
    ["test/conftest.py", `@pytest.fixture\ndef api_key(): return "test-api-key-0001"`],
  ]),
  variants("names of keyboards, licenses and products", (draw) => [
    ["src/keys.ts", `const KEY_MAP = { ctrlKey: "ControlLeft", metaKey2: "MetaRight", key: "ArrowUp" };`],
    ["products.csv", `sku,key_feature\nA-${draw.digits(6)},USB2 security key`],
    [
      "NOTICE.txt",
      `Portions (c) ${draw.between(1999, 2024)} Token2 Sarl, Passport.js and KeePass contributors`,
    ],
    ["src/piano.rs", `let key_signature = KeySignature::new("F#minor7", 4);`],
    ["config/i18n.ts", `  translationKey: "checkout.step2.paymentToken.title",`],
  ]),
];
