import { base64, type CorpusKind, variants } from "./draw.ts";

const claims = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Look-alikes of further kinds, written down before the rules were looked at. */
export const lookAlikesSixthRound: readonly CorpusKind[] = [
  variants("words joined by dashes in settings", (draw) => [
    ["src/errors.ts", "InvalidPassword = 'auth-invalid-password-or-user',"],
    ["deploy.yml", `password: must-be-set-in-vault`],
    ["flags.yaml", `password-reset-flow: enabled-for-new-users\ntoken-refresh: on-every-request-start`],
    ["src/form.tsx", `<Field name="password" id="user-password-confirm-field" />`],
    ["k8s.yaml", `secretName: ${draw.service()}-database-access-credentials`],
    [
      "src/keys.ts",
      `password: 'auth.login.fields.password.label',\nsecret: 'settings-security-shared-help',`,
    ],
  ]),
  variants("keys for every visitor", (draw) => [
    [
      ".env.production",
      `NEXT_PUBLIC_SUPABASE_ANON_KEY=${claims({ alg: "HS256", typ: "JWT" })}.${claims({ iss: "supabase", role: "anon", iat: draw.between(1_700_000_000, 1_750_000_000) })}.${draw.urlSafe(43)}`,
    ],
    [
      "docusaurus.config.js",
      `algolia: {\n  appId: 'A1',\n  apiKey: '${draw.hex(32)}',\n  indexName: 'docs',\n},`,
    ],
    ["src/push.ts", `const vapidPublicKey = "B${draw.urlSafe(86)}";`],
    ["src/sentry.ts", `dsn: "https://${draw.hex(32)}@o${draw.digits(6)}.ingest.sentry.io/${draw.digits(7)}"`],
    ["index.html", `<div class="g-recaptcha" data-sitekey="6L${draw.urlSafe(38)}"></div>`],
  ]),
  variants("references of other systems", (draw) => [
    [
      "appsettings.json",
      `"SigningKey": "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/jwt/${draw.hex(32)})"`,
    ],
    ["services.yaml", `ADMIN_PASS: "%env(ELASTIC_PASSWORD)%"`],
    ["config.json", `"storepass": "%M2M_SECRET%"`],
    [".mcp.json", `"env": { "GITHUB_TOKEN": "\${GITHUB_TOKEN}", "API_KEY": "\${input:api-key}" }`],
    ["api.http", `@token = {{$dotenv API_TOKEN}}\nAuthorization: Bearer {{token}}`],
    ["prod.bicep", `param adminPassword string = kv.getSecret('adminPassword')`],
  ]),
  variants("checksums of locked packages", (draw) => [
    ["yarn.lock", `  integrity sha512-${draw.base64(64)}`],
    ["go.sum", `github.com/a/b v1.2.0 h1:${draw.base64(32)}`],
    ["flake.lock", `"narHash": "sha256-${draw.base64(32)}",\n"rev": "${draw.hex(40)}",`],
    ["Podfile.lock", `SPEC CHECKSUMS:\n  AlamofireKit: ${draw.hex(40)}`],
    ["atlas.sum", `h1:${draw.base64(32)}\n20251012_orders.sql h1:${draw.base64(32)}`],
  ]),
  variants("sentences about seeds and wallets", (draw) => [
    [
      "docs/wallet.md",
      "Recovery words are shown once. Write them down and keep the paper in a safe place at home.",
    ],
    [
      "README.md",
      "The wallet\nreads these twelve words when the program starts and asks for nothing more after that time",
    ],
    ["hardhat.config.ts", `const accounts = { mnemonic: "${"test ".repeat(11)}junk" };`],
    ["seed.rb", `# seed the database with ${draw.int(90)} users before running every browser check twice`],
  ]),
  variants("headers and lines that begin with key", (draw) => [
    ["haproxy.cfg", "stick-table type ip\n key src\n"],
    ["docs/map.md", " key the-legend-of-the-map"],
    [
      "nginx.conf",
      `proxy_set_header Authorization $http_authorization;\nproxy_set_header X-Request-Id "${draw.uuid()}";`,
    ],
    ["named.conf", `  key "rndc-key";`],
    ["cassette.yml", `      Authorization:\n      - Bearer <TOKEN>`],
  ]),
  variants("made-up passwords of tests and manuals", (draw) => [
    [
      "spec/users_spec.rb",
      `create(:user, password: '${draw.pick(["password123", "hunter2", "s3cr3t!", "wrong-password", "Passw0rd!"])}')`,
    ],
    [
      "tests/test_login.py",
      `client.login("alice", "${draw.pick(["secret", "Test1234!", "changeme1", "P@ssw0rd"])}")`,
    ],
    [
      "cypress/e2e/a.cy.js",
      `cy.get('#password').type('${draw.pick(["Password1!", "test1234", "MyTestPass1!"])}');`,
    ],
    ["docs/docker.md", "POSTGRES_PASSWORD: mysecretpassword\nMYSQL_ROOT_PASSWORD: my-secret-pw"],
    ["docs/api.md", "The password `correct-horse-battery-staple` is from a comic."],
  ]),
  variants("sealed values in settings", (draw) => [
    [
      "secrets.enc.yaml",
      `db_password: ENC[AES256_GCM,data:${draw.base64(20)},iv:${draw.base64(32)},tag:${draw.base64(16)},type:str]`,
    ],
    [".env.production", `DB_PASSWORD="encrypted:B${draw.base64(110)}"`],
    [".travis.yml", `env:\n  global:\n    - secure: "${draw.base64(256)}"`],
    ["Pulumi.prod.yaml", `config:\n  app:dbPassword:\n    secure: AAABA${draw.base64(40)}`],
    ["config/credentials.yml.enc", `${draw.base64(300)}--${draw.base64(12)}--${draw.base64(16)}`],
  ]),
  variants("data of other kinds", (draw) => [
    ["src/icons.css", `.icon { background: url(data:image/png;base64,iVBORw0KGgo${draw.base64(200)}); }`],
    [
      "deployments/mainnet.json",
      `"Token": { "address": "0x${draw.hex(40)}", "transactionHash": "0x${draw.hex(64)}" }`,
    ],
    ["Roles.sol", `bytes32 public constant ADMIN_ROLE = 0x${draw.hex(64)};`],
    ["docs/links.md", `https://docs.google.com/document/d/${draw.urlSafe(44)}/edit`],
    [
      "tests/vectors.json",
      `{ "tcId": 1, "key": "${draw.hex(64)}", "msg": "${draw.hex(32)}", "tag": "${draw.hex(64)}" }`,
    ],
    ["webhook.yaml", `caBundle: ${base64(`-----BEGIN CERTIFICATE-----\nMIID${draw.base64(300)}`)}`],
  ]),
];
