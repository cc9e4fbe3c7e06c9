import { base64, type CorpusKind, oneLine } from "./draw.ts";

/** Text that looks like a secret and is not one, in further places, first measured when the rules were written. */
export const lookAlikesInOtherPlaces: readonly CorpusKind[] = [
  oneLine("public keys and certificates", (draw) => [
    ["keys/deploy.pub", `ssh-rsa AAAAB3NzaC1yc2E${draw.base64Chars(340)} ${draw.person()}@${draw.company()}`],
    ["known_hosts", `git.${draw.company()}.io ssh-ed25519 AAAAC3NzaC1lZDI1NTE5${draw.base64Chars(48)}`],
    [".sops.yaml", `  - age: age1${draw.chars("qpzry9x8gf2tvdw0s3jn54khce6mua7l", 58)}`],
    [
      "certs/ca.yaml",
      `  ca.crt: ${base64(`${"-".repeat(5)}BEGIN CERTIFICATE${"-".repeat(5)}\n${draw.base64(400)}\n`)}`,
    ],
    ["wg0.conf", `PublicKey = ${draw.base64(32)}`],
    ["src/verify.ts", `const publicKey = "${draw.base64(91)}";`],
  ]),
  oneLine("sealed by other programs", (draw) => [
    ["sealed.yaml", `    password: AgB${draw.base64Chars(640)}`],
    [
      "vars/vault.yml",
      `db_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  ${draw.digits(80)}\n  ${draw.digits(80)}`,
    ],
    [
      "secrets.age",
      `${"-".repeat(5)}BEGIN AGE ENCRYPTED FILE${"-".repeat(5)}\n${draw.base64Chars(64)}\n${draw.base64Chars(64)}`,
    ],
    ["config.yaml", `  password: "{cipher}${draw.hex(64)}"`],
    ["application.properties", `db.password=ENC(${draw.base64(24)})`],
    [
      "message.asc",
      `${"-".repeat(5)}BEGIN PGP MESSAGE${"-".repeat(5)}\n\n${draw.base64Chars(64)}\n${draw.base64Chars(64)}`,
    ],
    ["hiera.yaml", `db_password: ENC[PKCS7,${draw.base64Chars(300)}]`],
  ]),
  oneLine("data", (draw) => [
    ["src/icon.ts", `export const icon = "data:image/png;base64,${draw.base64Chars(400)}";`],
    ["style.css", `.a { background: url(data:font/woff2;base64,${draw.base64Chars(300)}) }`],
    ["chart.ipynb", `    "image/png": "${draw.base64Chars(800)}"`],
    [
      "src/table.c",
      `static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";`,
    ],
    ["src/module.css.d.ts", `  "button": "Button_${draw.mixed(5)}__${draw.mixed(5)}",`],
    ["bundle.js.map", `{"version":3,"mappings":"${draw.base64Chars(300)}"}`],
  ]),
  oneLine("hashes of passwords in tests", (draw) => [
    ["tests/users.json", `  "password": "$2b$12$${draw.mixed(53)}",`],
    ["spec/fixtures/users.yml", `  encrypted_password: $2a$11$${draw.mixed(53)}`],
    ["tests/auth_test.py", `    hashed = "pbkdf2_sha256$600000$${draw.mixed(22)}$${draw.base64(32)}"`],
    ["src/hash.ts", `// prefix of argon2id: $argon2id$v=19$m=65536,t=3,p=4`],
  ]),
  oneLine("trial passwords in tests", (draw) => [
    ["tests/login.test.ts", `    await login("alice", "password123");`],
    ["spec/user_spec.rb", `  let(:password) { "secret123" }`],
    ["src/test/java/LoginTest.java", `    user.setPassword("test1234");`],
    ["tests/test_api.py", `client = Client(api_key="test-key-123", password="pass1234") # ${draw.word()}`],
    ["cypress/e2e/login.cy.ts", `  cy.get("#password").type("Passw0rd!");`],
    ["docker-compose.test.yml", "      POSTGRES_PASSWORD: postgres"],
    ["e2e/setup.ts", `  process.env.JWT_SECRET = "test-secret";`],
  ]),
  oneLine("text for people", (draw) => [
    ["src/messages.ts", '  password: "Your password must have 8 characters, 1 digit",'],
    ["docs/faq.md", "Token: a string that the server returns, see section 4.2.1"],
    ["CHANGELOG.md", `- Fixed: password reset mail (#${draw.digits(4)}), token refresh after 401`],
    ["src/cli.ts", 'const password = await prompt("Enter password (min 8): ");'],
    ["views/login.html", '<input type="password" name="password" placeholder="Password (8+)" />'],
    ["app/strings.xml", '<string name="password_hint">Password2</string>'],
    ["src/help.go", '\tflag.StringVar(&token, "token", "", "the API token (env: APP_TOKEN_V2)")'],
  ]),
  oneLine("commands that read secrets", (draw) => [
    ["run.sh", "PGPASSWORD=$(cat /run/secrets/db_password1) psql -h db"],
    ["run.sh", 'curl -u "$USER:$PASS2" https://api.x.io'],
    ["run.sh", 'curl -H "Authorization: Bearer $TOKEN_V2" https://api.x.io'],
    ["run.sh", "aws configure set aws_secret_access_key $AWS_SECRET_ACCESS_KEY"],
    ["run.sh", "openssl rsa -passin env:KEY_PASS2 -in a.pem"],
    ["run.sh", "kubectl create secret generic db --from-literal=password=$(openssl rand -hex 16)"],
    ["ci.yml", `      run: docker login -u \${{ github.actor }} -p \${{ secrets.GITHUB_TOKEN }}`],
    ["Dockerfile", `RUN --mount=type=secret,id=npm_token_${draw.word()} npm ci`],
  ]),
  oneLine("infrastructure", (draw) => [
    [
      "k8s.yaml",
      "              name: DB_PASSWORD\n              valueFrom: {secretKeyRef: {name: db-credentials1, key: password}}",
    ],
    [
      "task.json",
      `  "secrets": [{ "name": "DB_PASSWORD", "valueFrom": "arn:aws:ssm:eu-west-1:${draw.digits(12)}:parameter/db/password1" }]`,
    ],
    ["template.yaml", "  DbPassword: {Type: String, NoEcho: true, MinLength: 12}"],
    ["main.tf", `  kms_key_id = "arn:aws:kms:eu-west-1:${draw.digits(12)}:key/${draw.uuid()}"`],
    [
      "values.yaml",
      "  existingSecret: my-release-postgresql2\n  existingSecretPasswordKey: postgres-password1",
    ],
    ["secret.yaml", `apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  password: ""`],
    ["external.yaml", "  remoteRef: {key: prod/db2, property: password}"],
  ]),
  oneLine("code about secrets", (draw) => [
    ["src/tokens.ts", "    const token = tokens[index + 1]; if (token.type === 'Identifier2') continue;"],
    ["src/lexer.rs", '    Token::new(TokenKind::Ident, "r#async2", span)'],
    ["src/mask.py", "    return re.sub(r'password=[^&]+', 'password=***', url)"],
    ["src/cache.go", '\tkey := fmt.Sprintf("user:%d:token:%s", id, name2)'],
    ["src/Auth.cs", '    [JsonPropertyName("access_token")] public string AccessToken2 { get; set; }'],
    ["src/keys.ts", `  [Keys.AuthToken]: "x-${draw.word()}-auth-token2",`],
    ["src/state.ts", '  secretKey: generateKey(32), salt: randomBytes(16).toString("hex"),'],
    ["src/sql.ts", 'const q = "SELECT password_hash, salt2 FROM users WHERE token = $1";'],
  ]),
  oneLine("weak defaults of development", () => [
    ["docker-compose.yml", "      MYSQL_ROOT_PASSWORD: root"],
    ["docker-compose.yml", "      - RABBITMQ_DEFAULT_PASS=guest"],
    ["config/database.yml", "  password: postgres"],
    [".env.development", "DATABASE_URL=postgres://postgres:postgres@localhost:5432/app_dev"],
    ["config.yaml", "  password: changeme123"],
    ["compose.yaml", "      MINIO_ROOT_PASSWORD: minioadmin"],
    ["src/config.ts", 'const url = process.env.REDIS_URL ?? "redis://localhost:6379";'],
  ]),
  oneLine("published values of standards", (draw) => [
    ["docs/oauth.md", `     Authorization: Bearer ${["mF_9.B5f", "-4.1JqM"].join("")}`],
    ["docs/oauth.md", `       "refresh_token":"${["tGzv3JOkF0XG", "5Qx2TlKWIA"].join("")}",`],
    ["docs/ws.md", `Sec-WebSocket-Key: ${["dGhlIHNhbXBsZS", "Bub25jZQ=="].join("")}`],
    [
      "src/ws.ts",
      `const GUID = "${["258EAFA5-E914-47DA", "-95CA-C5AB0DC85B11"].join("")}"; // ${draw.word()}`,
    ],
  ]),
];
