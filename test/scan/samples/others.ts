import { BASE64, base64, HEX, inCode, inConfig, random, type Samples, uuid, WORD } from "./sample.ts";

const dashes = "-".repeat(5);
const pem = (kind: string, edge: "BEGIN" | "END") => `${dashes}${edge} ${kind}${dashes}`;
const body = [1, 2, 3].map((seed) => random(BASE64, 64, seed));
const scheme = (name: string) => `${name}:/${"/"}`;
const authorization = "Author".concat("ization");
const jwt = (header: object, claims: object) =>
  [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
const signature = random(WORD, 43);
const strong = random(WORD, 24, 5);
const weak = ["hunter", "2"].join("");
const ownVariable = ["PPROTECT", "PASSPHRASE"].join("_");
const typed = ["Tr0ub4dor", "&3"].join("");

/** As many words as a wallet has. */
const seedWords = "worry turkey property outdoor team satisfy quarter unusual install truth spray tip";

/** Bytes in no order. */
const numbers = (count: number): number[] => [...Buffer.from(random(HEX, 2 * count, 9), "hex")];

/** Samples for rules that go by what stands around a secret. */
export const otherSamples: Readonly<Record<string, Samples>> = {
  "vault-unseal-key": {
    finds: [
      inConfig(`Unseal Key 2: ${random(BASE64, 44)}`),
      { path: "deploy/open.sh", lines: [`vault operator unseal -address=$URL ${random(BASE64, 44, 2)}`] },
    ],
    ignores: [
      inConfig("Unseal Key 2: (see the safe)"),
      { path: "deploy/open.sh", lines: ['vault operator unseal "$UNSEAL_KEY"'] },
    ],
  },
  "seed-phrase": {
    finds: [
      { path: "wallet.json", lines: [`"seed": "${seedWords}",`] },
      { path: "notes/wallet.md", lines: ["Recovery words of the hardware wallet:", "", seedWords] },
    ],
    ignores: [
      { path: "wallet.json", lines: [`"seed": "${seedWords.split(" ").slice(1).join(" ")}",`] },
      {
        path: "notes/wallet.md",
        lines: [
          "The wallet",
          "shows its twelve words when you start the program and asks for them again later",
        ],
      },
      { path: "test/wallet.json", lines: [`"seed": "${seedWords}",`] },
      { path: "hardhat.config.ts", lines: [`mnemonic: "${"test ".repeat(11)}junk"`] },
    ],
  },
  "bundler-credentials": {
    finds: [
      inConfig(`BUNDLE_GEMS__CONTRIBSYS__COM: "${random(HEX, 8)}:${random(HEX, 8, 2)}"`),
      { path: "ci.sh", lines: [`export BUNDLE_RUBYGEMS__PKG__GITHUB__COM=octo:${random(WORD, 40)}`] },
    ],
    ignores: [
      inConfig("BUNDLE_GEMS__CONTRIBSYS__COM: $USER:$TOKEN"),
      inConfig('BUNDLE_PATH: "vendor/bundle"'),
    ],
  },
  "private-key": {
    finds: [
      { path: "deploy/id", lines: [pem("RSA PRIVATE KEY", "BEGIN"), ...body, pem("RSA PRIVATE KEY", "END")] },
      { path: "deploy/id", lines: [pem("OPENSSH PRIVATE KEY", "BEGIN"), ...body] },
      { path: "deploy/id", lines: [pem("EC PRIVATE KEY", "BEGIN"), "Proc-Type: 4,ENCRYPTED", "", ...body] },
      { path: "deploy/id", lines: [pem("PGP PRIVATE KEY BLOCK", "BEGIN"), "Version: GnuPG v2", "", ...body] },
      inCode(`const key = "${pem("PRIVATE KEY", "BEGIN")}\\n${body.join("\\n")}\\n";`),
      inCode(`const key = "${pem("PRIVATE KEY", "BEGIN")}\\n" +`, `  "${body[0]}\\n" +`),
      {
        path: "deploy/app.yaml",
        lines: ["key: |", `  ${pem("ENCRYPTED PRIVATE KEY", "BEGIN")}`, `  ${body[0]}`],
      },
    ],
    ignores: [
      inCode(`if (text.startsWith("${pem("PRIVATE KEY", "BEGIN")}")) return parse(text);`),
      inCode(`throw new Error("no ${pem("RSA PRIVATE KEY", "BEGIN")} line");`, "return undefined;"),
      { path: "deploy/ca", lines: [pem("CERTIFICATE", "BEGIN"), ...body, pem("CERTIFICATE", "END")] },
      { path: "deploy/id", lines: [pem("PUBLIC KEY", "BEGIN"), ...body, pem("PUBLIC KEY", "END")] },
      { path: "deploy/id", lines: [pem("PRIVATE KEY", "BEGIN"), "...", pem("PRIVATE KEY", "END")] },
    ],
  },
  "gcp-service-account": {
    finds: [1, 2].map((seed) => ({
      path: `deploy/account${seed}.json`,
      lines: [
        '  "type": "service_account",',
        `  "private_key_id": "${random(HEX, 40, seed)}",`,
        `  "private_key": "${pem("PRIVATE KEY", "BEGIN")}\\n${random(BASE64, 64, seed)}\\n${body.join("\\n")}\\n",`,
      ],
    })),
    ignores: [
      { path: "deploy/account.json", lines: ['  "private_key": "<your key>",'] },
      { path: "deploy/account.json", lines: [`  "private_key": "${pem("PRIVATE KEY", "BEGIN")}\\n...\\n",`] },
    ],
  },
  "putty-private-key": {
    finds: [
      inConfig(`PuTTY-User-Key-File-${3}: ssh-ed25519`, "Encryption: none"),
      { path: "deploy/id.ppk", lines: [`PuTTY-User-Key-File-${2}: ssh-rsa`] },
    ],
    ignores: [
      inCode(`const header = "PuTTY-User-Key-File-${3}: " + algorithm;`),
      inCode(`if (line.startsWith("PuTTY-User-Key-File-"))`),
    ],
  },
  "private-key-base64": {
    finds: [
      inConfig(`client-key-data: ${base64(`${pem("RSA PRIVATE KEY", "BEGIN")}\n${body.join("\n")}`)}`),
      inConfig(`data: ${base64(`openssh-key-v1\0${body.join("")}`)}`),
    ],
    ignores: [
      inConfig(`certificate-data: ${base64(`${pem("CERTIFICATE", "BEGIN")}\n${body.join("\n")}`)}`),
      inCode(`if (text.startsWith("${base64(pem("PRIVATE KEY", "BEGIN"))}")) return true;`),
    ],
  },
  "jwk-private-key": {
    finds: [
      inCode(`const jwk = { "kty": "OKP", "crv": "X25519", "d": "${random(WORD, 43)}" };`),
      { path: "deploy/jwk.json", lines: [`{"kty":"oct","k":"${random(WORD, 43, 2)}"}`] },
    ],
    ignores: [
      inCode(`const jwk = { "kty": "OKP", "crv": "X25519", "x": "${random(WORD, 43)}" };`),
      inCode(`const jwk = { "kty": "OKP", "d": "..." };`),
    ],
  },
  jwt: {
    finds: [
      inCode(`send("${jwt({ alg: "HS256", typ: "JWT" }, { sub: "42", role: "admin" })}.${signature}");`),
      inConfig(`value: ${jwt({ alg: "RS256", kid: "1" }, { iss: "https://a.test" })}.${signature}`),
    ],
    ignores: [
      inCode(`send("${jwt({ typ: "other" }, { sub: "42" })}.${signature}");`),
      inCode(`send("${jwt({ alg: "HS256" }, { sub: "42" })}");`),
    ],
  },
  "npm-config-auth": {
    finds: [
      { path: ".npmrc", lines: [`//registry.npmjs.org/:_authToken=${random(WORD, 36)}`] },
      { path: ".npmrc", lines: [`_auth=${base64(`deploy:${strong}`)}`] },
    ],
    ignores: [
      { path: ".npmrc", lines: [`//registry.npmjs.org/:_authToken=$${"{NPM_TOKEN}"}`] },
      inCode("const _password = toBytes(password, 'password');"),
    ],
  },
  "pprotect-passphrase": {
    finds: [
      { path: "env.sh", lines: [`export ${ownVariable}="correct horse battery staple"`] },
      { path: ".env", lines: [`${ownVariable}=${weak}`] },
      { path: "ci.yaml", lines: [`  ${ownVariable}: ${weak}`] },
      { path: "ci.json", lines: [`  "${ownVariable}": "correct horse battery staple",`] },
      inCode(`env: { ${ownVariable}: "correct horse" },`),
    ],
    ignores: [
      {
        path: "env.sh",
        lines: [`export ${ownVariable}="$(cat ~/alice.pass)"`, `${ownVariable}=$PASS pprotect check`],
      },
      { path: "ci.yaml", lines: [`  ${ownVariable}: $${"{{ secrets.PASSPHRASE }}"}`] },
      { path: "docs/use.md", lines: [`Set \`${ownVariable}\`: the passphrase of the custodian.`] },
      inCode(`const pass = process.env.${ownVariable};`),
      inConfig(`${ownVariable}=`),
    ],
  },
  "url-password": {
    finds: [
      inCode(`connect("${scheme("postgres")}app:${weak}@db.internal:5432/app");`),
      inConfig(`remote = ${scheme("https")}deploy:${typed}@git.internal/a.git`),
      inConfig(`cache ${scheme("redis")}:${strong}@cache.internal:6379/0`),
    ],
    ignores: [
      inCode(`connect("${scheme("postgres")}user:password@localhost/app");`),
      inCode(`connect(\`${scheme("postgres")}app:$${"{password}"}@db/app\`);`),
      inConfig(`remote = ${scheme("https")}git.internal:8443/a@b`),
      { path: "docs/setup.md", lines: [`connect to ${scheme("postgres")}app:${weak}@db.internal/app`] },
      inCode(`// ${scheme("ssh")}git@host:22, see ${scheme("https")}<user>:<password>@host`),
    ],
  },
  "authorization-header": {
    finds: [
      inCode(`headers: { ${authorization}: "Bearer ${strong}" },`),
      inConfig(`curl -H "${authorization}: Token ${random(HEX, 40)}" https://a.test`),
      inConfig(`${authorization}: Bearer ${random(HEX, 32)}`),
    ],
    ignores: [
      inCode(`headers: { ${authorization}: \`Bearer $${"{token}"}\` },`),
      inConfig(`${authorization}: Bearer <token>`),
      inConfig(`curl -H "${authorization}: Bearer $TOKEN" https://a.test`),
      inCode(`headers: { ${authorization}: "Bearer " + accessTokenProvider() },`),
    ],
  },
  "authorization-basic": {
    finds: [
      inCode(`headers: { ${authorization}: "Basic ${base64(`deploy:${weak}`)}" },`),
      inConfig(`${authorization}: Basic ${base64(`ci:${typed}`)}`),
    ],
    ignores: [
      inCode(`headers: { ${authorization}: "Basic ${base64("user:password")}" },`),
      inCode(`headers: { ${authorization}: "Basic authentication" },`),
      inConfig(`${authorization}: Basic ...`),
    ],
  },
  "bare-authorization-header": {
    finds: [
      inConfig(`curl -H "X-Api-Key: ${random(HEX, 32)}" https://a.test`),
      inConfig(`curl --header '${authorization}: ${strong}' https://a.test`),
    ],
    ignores: [
      inConfig('curl -H "X-Api-Key: $API_KEY" https://a.test'),
      inConfig('curl -H "Content-Type: application/json" https://a.test'),
    ],
  },
  "curl-user": {
    finds: [inConfig(`curl -u elastic:${typed} https://a.test`), inConfig(`  --user 'ci:${strong}' \\`)],
    ignores: [
      inConfig("curl -u user:password https://a.test"),
      inConfig('curl --user "$NAME:$PASSWORD" https://a.test'),
      inConfig("docker run -u 1000:1000000 image"),
    ],
  },
  "command-line-password": {
    finds: [
      inConfig(`RUN login --password ${strong} --verbose`),
      inConfig(`tool --api-key=${random(HEX, 32)}`),
      inConfig(`echo "${strong}" | docker login r.test -u ci --password-stdin`),
    ],
    ignores: [
      inConfig('RUN login --password "$PASSWORD"'),
      inConfig("tool --token-file /run/tokens --password-stdin --token <token>"),
    ],
  },
  "setting-with-password": {
    finds: [
      inConfig(`username admin privilege 15 secret 0 ${strong}`),
      inConfig(`user app on >${strong} ~* +@all`),
      { path: "web/login.html", lines: [`<input value="${strong}" type="password">`] },
    ],
    ignores: [
      inConfig("enable secret 5 $1$abcd$012345678901234567890."),
      inConfig("user app on >password ~* +@all"),
      { path: "web/login.html", lines: ['<input value="{{ password }}" type="password">'] },
    ],
  },
  "url-query-secret": {
    finds: [
      inCode(`fetch("${scheme("https")}a.test/v1?api_key=${random(HEX, 32)}&page=2");`),
      inConfig(`hook = ${scheme("https")}a.test/hook?id=3&token=${strong}`),
    ],
    ignores: [
      inCode(`fetch("${scheme("https")}a.test/v1?api_key=YOUR_API_KEY&page=2");`),
      inCode(`fetch(\`${scheme("https")}a.test/v1?token=$${"{token}"}\`);`),
    ],
  },
  "connection-string-password": {
    finds: [
      inCode(`open("Server=db.internal;Database=app;User Id=app;Password=${typed};");`),
      inConfig(`dsn: host=db.internal dbname=app user=app password=${weak}`),
    ],
    ignores: [
      inCode('open("Server=db.internal;User Id=app;Password=<password>;");'),
      inConfig("dsn: host=db.internal dbname=app user=app password=$PGPASSWORD"),
    ],
  },
  "aws-secret-access-key": {
    finds: [
      inConfig(`aws_key = ${random(BASE64, 40, 3)}`),
      inCode(`const keys = { awsSecretKey: "${random(BASE64, 40, 9)}" };`),
    ],
    ignores: [
      inConfig(`aws_commit = ${random(HEX, 40)}`),
      inConfig("aws_secret_access_key = <secret access key>"),
    ],
  },
  "provider-key-by-name": {
    finds: [
      inConfig(`TWILIO_AUTH_TOKEN=${random(HEX, 32)}`),
      inCode(`const datadogApiKey = "${random(HEX, 32, 4)}";`),
      inConfig(`heroku_api_key: ${uuid(3)}`),
    ],
    ignores: [
      inConfig("TWILIO_AUTH_TOKEN=your_auth_token_goes_right_here"),
      inCode("const datadogApiKey = readSettingFromTheEnvironment();"),
    ],
  },
  "password-assignment": {
    finds: [
      inCode(`const password = "${weak}";`),
      inCode(`db.connect({ user: "app", password: '${typed}' });`),
      { path: "app/settings.py", lines: [`DB_PASSWORD = "${typed}"`] },
      { path: "deploy/values.yaml", lines: [`  password: ${weak}`] },
      { path: "deploy/values.yaml", lines: [`  adminPassword: "${typed}" # staging`] },
      { path: "Dockerfile", lines: [`ENV POSTGRES_PASSWORD ${weak}`] },
      { path: "Dockerfile", lines: [`ENV POSTGRES_PASSWORD=${weak}`] },
      { path: "deploy/run.sh", lines: [`export DB_PASSWORD=${weak}`] },
      { path: "deploy/main.tf", lines: [`  password = "${typed}"`] },
      { path: "app/config.php", lines: [`  'password' => '${typed}',`, `define('DB_PASSWORD', '${weak}');`] },
      { path: "app/application.properties", lines: [`spring.datasource.password=${weak}`] },
      { path: "app/web.config", lines: [`<add key="SmtpPassword" value="${typed}" />`] },
      { path: "app/settings.xml", lines: [`  <password>${typed}</password>`] },
      { path: "app/settings.json", lines: [`  "password": "${weak}",`] },
      { path: "app/config.toml", lines: [`db_password = "${typed}"`] },
      { path: "app/main.go", lines: [`\tpassword := "${typed}"`] },
      { path: "app/Main.java", lines: [`  config.setPassword("${typed}");`] },
    ],
    ignores: [
      inCode('const password = "changeme";', 'const password = "password123";', "password = prompt2('a1');"),
      inCode("login({ password: process.env.DB_PASSWORD1 });", 'const passwordField = "#password1";'),
      inCode("function login(name: string, password: string2) {", 'password: "current-password",'),
      inCode('hint: { password: "Enter your password, 8 characters" }', `password: "/^(?=.*[0-9]).{8,}$/",`),
      { path: "app/locales/de.json", lines: ['  "password": "Passwort1",'] },
      {
        path: "deploy/values.yaml",
        lines: ["  password: $" + "{DB_PASSWORD1}", "  password: '{{ db_password1 }}'"],
      },
      { path: "deploy/values.yaml", lines: ["  passwordFile: /run/secrets/db1", "  password: !vault db1"] },
      {
        path: "app/settings.py",
        lines: ['password = os.environ["DB_PASSWORD1"]', "password = get_password1()"],
      },
      { path: "test/login.test.ts", lines: [`login("kim", { password: "${weak}" });`] },
      { path: "openapi.yaml", lines: ["  password:", "    type: string", "    format: password"] },
    ],
  },
  "secret-assignment": {
    finds: [
      inCode(`const apiKey = "${strong}";`),
      inCode(`const clientSecret = '${random(HEX, 64)}';`),
      { path: "deploy/values.yaml", lines: [`  jwtSecret: ${strong}`] },
      { path: "deploy/values.yaml", lines: [`  API_TOKEN: ${uuid(8)}`] },
      { path: "app/config.rb", lines: [`  config.secret_key_base = "${random(HEX, 128)}"`] },
      { path: "app/config.ex", lines: [`  encryption_key: "${random(BASE64, 43)}="`] },
    ],
    ignores: [
      inCode(
        'const tokenType = "access_token_v2_refresh";',
        "const apiKey = options.apiKey2 ?? fallbackKey1;",
      ),
      { path: "saved.html", lines: [`<input type="hidden" name="_token" value="${strong}">`] },
      inCode(`const csrfToken = "${strong}";`, `const publicKey = "${random(BASE64, 43)}=";`),
      inCode(`const primaryKey = "${uuid(4)}";`, `const apiKeyId = "${uuid(5)}";`),
      inCode(`const nextPageToken = "${strong}";`, 'const token = "abcdefghijklmnop1234";'),
      { path: "app/i18n/en.json", lines: [`"token": "${strong}"`] },
      { path: "yarn.lock", lines: [`  auth-token "${strong}"`] },
      {
        path: "deploy/values.yaml",
        lines: ["  secretName: app-tls-2", "  tokenUrl: https://a.test/oauth2/token"],
      },
    ],
  },
  "random-string": {
    finds: [
      inCode(`start("${random(WORD, 44, 3)}");`),
      inConfig(`x-shared: "${random(BASE64, 43, 4)}="`),
      { path: "notes.txt", lines: [`db=${random(WORD, 24, 7)}`] },
      { path: "deploy/app.yaml", lines: [`database: ${random(WORD, 24, 6)}`] },
    ],
    ignores: [
      { path: "deploy/app.yaml", lines: [`revision: ${random(WORD, 24, 6)}`, `image: ${random(HEX, 40)}`] },
      inCode(`const integrity = "${random(BASE64, 43, 4)}=";`, `check("${random(HEX, 64)}");`),
      inCode(`const image = "data:image/png;base64,${random(BASE64, 88)}";`),
      inCode('import { x } from "@scope/ThePackage1/src/Components2/UI3/VeryLongName4";'),
      { path: "package-lock.json", lines: [`"resolved": "${random(WORD, 44, 3)}"`] },
    ],
  },
  "dotenv-file": {
    finds: [
      { path: ".env", lines: ["# local", "", "LDAP_PASS=kim"] },
      { path: "app/.env.production", lines: ["NAME=kim", "export SMTP_PASSWORD='sunshine'"] },
      { path: "deploy/staging.env", lines: ["HOST=db.internal", "AUTH_SECRET=keyboard cat"] },
    ],
    ignores: [
      { path: ".env", lines: ["NODE_ENV=development", "PORT=3000", "TOKEN_TTL=3600", "GREETING=good day"] },
      { path: ".env.example", lines: ["LDAP_PASS=kim"] },
      { path: "app/.env.template", lines: ["LDAP_PASS=kim"] },
      {
        path: ".env",
        lines: ["# LDAP_PASS=kim", "A_TOKEN=", 'B_SECRET=""', "C_PASS=$" + "{BAZ}", "D_PASSWORD=changeme"],
      },
      { path: "src/env.ts", lines: ['const LDAP_PASS = "kim";'] },
    ],
  },
  "minisign-secret-key": {
    finds: [
      {
        path: "deploy/minisign.key",
        lines: ["untrusted comment: minisign encrypted secret key", random(BASE64, 200)],
      },
      {
        path: "deploy/release.sec",
        lines: ["untrusted comment: release signify secret key", random(BASE64, 140)],
      },
    ],
    ignores: [
      {
        path: "deploy/minisign.pub",
        lines: ["untrusted comment: minisign public key 1", random(BASE64, 56)],
      },
      inCode('if (line.startsWith("untrusted comment: minisign encrypted secret key"))'),
    ],
  },
  "call-with-password": {
    finds: [
      inCode(`await client.login("kim@a.test", "${typed}");`),
      { path: "app/api.py", lines: [`requests.get(url, auth=("kim", "${typed}"))`] },
      { path: "build.sbt", lines: [`credentials += Credentials("Realm", "repo.a.test", "ci", "${typed}")`] },
      { path: "src/Mail.cs", lines: [`c.Credentials = new NetworkCredential("kim", "${typed}");`] },
      { path: "src/db.php", lines: [`$db = new PDO($dsn, 'kim', '${typed}');`] },
    ],
    ignores: [
      inCode('await client.login("kim@a.test", password2);', 'router.get("login", "/login/step2", show);'),
      inCode('await client.login("kim", "password123");', 'auth("bearer", "https://a.test/oauth2");'),
      { path: "test/api.test.ts", lines: ['await client.login("kim", "MyTestPass1!");'] },
    ],
  },
  "url-token": {
    finds: [
      inConfig(`remote = ${scheme("https")}${random(WORD, 32)}@git.internal/a.git`),
      inCode(`clone("${scheme("https")}${random(HEX, 40)}:@git.internal/a.git");`),
    ],
    ignores: [
      inCode(`init({ dsn: "${scheme("https")}${random(HEX, 32)}@o12345.ingest.sentry.io/12345" });`),
      inConfig(`remote = ${scheme("https")}a-long-but-readable-user-name@git.internal/a.git`),
    ],
  },
  "secret-header": {
    finds: [
      { path: "requests.http", lines: [`X-Auth-Token: ${random(HEX, 32)}`] },
      inCode(`headers: { "X-Api-Key": "${strong}" },`),
      { path: "session.txt", lines: [`PRIVATE-TOKEN: ${random(WORD, 20, 3)}`] },
    ],
    ignores: [
      inCode(`headers: { "X-CSRF-Token": "${strong}" },`),
      {
        path: "requests.http",
        lines: ["X-Auth-Token: {{token}}", `Sec-WebSocket-Key: ${base64(strong.slice(0, 16))}`],
      },
    ],
  },
  "session-cookie": {
    finds: [
      { path: "session.txt", lines: [`Cookie: theme=dark; session=${random(WORD, 43)}`] },
      { path: "session.txt", lines: [`Set-Cookie: auth_token=${random(WORD, 43, 2)}; HttpOnly`] },
      { path: "jar.txt", lines: [`.a.test\tTRUE\t/\tTRUE\t1799999999\tsession_id\t${random(WORD, 43)}`] },
    ],
    ignores: [
      { path: "session.txt", lines: ["Cookie: theme=dark; session=<session>"] },
      { path: "session.txt", lines: ["Set-Cookie: session_name=my-application-session"] },
    ],
  },
  "sql-password": {
    finds: [
      { path: "db/init.sql", lines: [`CREATE USER app IDENTIFIED BY '${typed}';`] },
      { path: "db/init.sql", lines: [`ALTER ROLE app WITH ENCRYPTED PASSWORD '${typed}';`] },
      { path: "db/init.sql", lines: [`SET PASSWORD FOR 'app'@'%' = PASSWORD('${typed}');`] },
    ],
    ignores: [
      {
        path: "db/init.sql",
        lines: ["CREATE USER app IDENTIFIED BY '<password>';", "password VARCHAR(255) DEFAULT 'none123'"],
      },
      { path: "db/init.sql", lines: ["CREATE ROLE app WITH LOGIN PASSWORD :'app_password1';"] },
    ],
  },
  "wallet-private-key": {
    finds: [
      { path: "hardhat.config.js", lines: [`accounts: ["0x${random(HEX, 64, 3)}"],`] },
      inConfig(`DEPLOYER=0x${random(HEX, 64, 4)} # private key`),
    ],
    ignores: [
      inCode(`const transaction = "0x${random(HEX, 64, 5)}";`),
      inCode(`const wallet = "0x${random(HEX, 40, 6)}";`),
    ],
  },
  "registry-auth": {
    finds: [
      { path: "deploy/pull.json", lines: [`{"auths":{"r.test":{"auth":"${base64(`ci:${typed}`)}"}}}`] },
      { path: "deploy/pull.yaml", lines: [`  config: '{\\"auth\\":\\"${base64(`ci:${strong}`)}\\"}'`] },
    ],
    ignores: [
      { path: "deploy/pull.json", lines: ['{"auths":{"r.test":{"auth":""}}}', '"auth": "required"'] },
      { path: "deploy/pull.json", lines: [`"auth": "${base64("user:password")}"`] },
    ],
  },
  "wordpress-salt": {
    finds: [1, 2, 3, 4, 5, 6].map((seed) => ({
      path: "wp-config.php",
      lines: [
        `define('AUTH_${seed === 1 ? "KEY" : "SALT"}', '${random(`${BASE64} |-+&!{}[]<>%()$`, 64, seed)}');`,
      ],
    })),
    ignores: [
      { path: "wp-config.php", lines: ["define('AUTH_KEY', 'put your unique phrase here');"] },
      { path: "wp-config.php", lines: ["define('AUTH_KEY', getenv('AUTH_KEY'));"] },
    ],
  },
  "credentials-file": {
    finds: [
      { path: ".netrc", lines: ["machine a.test", "  login kim", `  password ${weak}`] },
      { path: "home/.pgpass", lines: [`db.internal:5432:app:kim:${weak}`] },
      { path: "sitemanager.xml", lines: [`<Pass encoding="base64">${base64(typed)}</Pass>`] },
      { path: ".docker/config.json", lines: [`"auth": "${base64(`ci:${typed}`)}"`] },
    ],
    ignores: [
      { path: ".netrc", lines: ["machine a.test login kim password <password>"] },
      { path: ".pgpass", lines: ["# host:5432:database:user:password", "*:*:*:kim:changeme"] },
      { path: "docs/login.txt", lines: [`machine a.test login kim password ${weak}`] },
    ],
  },
  "password-hashes": {
    finds: [
      { path: ".htpasswd", lines: [`kim:$apr1$${random(WORD, 8)}$${random(WORD, 22)}`] },
      { path: "etc/shadow", lines: [`kim:$6$${random(WORD, 16)}$${random(WORD, 86)}:19000:0:99999:7:::`] },
    ],
    ignores: [
      { path: ".htpasswd", lines: ["# kim:hash"] },
      { path: "src/users.ts", lines: [`const kim = "kim:$apr1$${random(WORD, 8)}$${random(WORD, 22)}";`] },
    ],
  },
  "kubernetes-secret": {
    finds: [
      { path: "k8s/a.yaml", lines: ["kind: Secret", "data:", `  any: ${base64(typed)}`] },
      { path: "k8s/a.yaml", lines: ["kind: Secret", "stringData:", `  any: ${strong}`] },
    ],
    ignores: [
      { path: "k8s/a.yaml", lines: ["kind: ConfigMap", "data:", `  any: ${base64(typed)}`] },
      {
        path: "k8s/a.yaml",
        lines: [
          "kind: Secret",
          "data:",
          `  username: ${base64(typed)}`,
          '  any: ""',
          `  b: ${base64("changeme")}`,
        ],
      },
      { path: "k8s/a.yaml", lines: ["kind: Secret", "data:", "  any: {{ .Values.any | b64enc }}"] },
    ],
  },
  "secret-in-text": {
    finds: [
      { path: "notes.txt", lines: [`The root password of the old box is ${strong}, please change it.`] },
      { path: "notes.txt", lines: [`login: admin / ${strong}`] },
      { path: "src/a.ts", lines: [`// token for the staging server: ${strong}`] },
    ],
    ignores: [
      { path: "notes.txt", lines: ["The password of the box is in the vault, the key is under the mat."] },
      { path: "notes.txt", lines: ["login: admin / see-the-wiki-page2"] },
      { path: "docs/notes.md", lines: [`The password of alice is Test1234, and her token is abc123def456`] },
      { path: "src/a.ts", lines: ["// whether the token is a JwtToken2 and the key is ArrowLeft1"] },
    ],
  },
  "kaggle-key": {
    finds: [1, 2].map((seed) => ({
      path: "a/kaggle.json",
      lines: [`{"username": "kim", "key": "${random(HEX, 32, seed)}"}`],
    })),
    ignores: [
      { path: "a/kaggle.json", lines: [`{"username":"kim","key":"${"0".repeat(32)}"}`] },
      { path: "a/kaggle.json", lines: [`{"username":"kim","key":"<your key>"}`] },
    ],
  },
  "private-calendar": {
    finds: [1, 2].map((seed) =>
      inConfig(
        `ics: https://calendar.google.com/calendar/ical/a%40b.test/private-${random(HEX, 32, seed)}/basic.ics`,
      ),
    ),
    ignores: [
      inConfig("ics: https://calendar.google.com/calendar/ical/a%40b.test/private-KEY/basic.ics"),
      inConfig("ics: https://calendar.google.com/calendar/ical/a%40b.test/public/basic.ics"),
    ],
  },
  "razorpay-key": {
    finds: [
      { path: "src/pay.php", lines: [`new Api('rzp_live_${random(WORD, 14)}', '${random(WORD, 24, 2)}');`] },
      { path: "src/pay.sh", lines: [`KEYS=rzp_test_${random(WORD, 14)}:${random(WORD, 24, 3)}`] },
    ],
    ignores: [
      { path: "src/pay.php", lines: [`new Api('rzp_live_${random(WORD, 14)}', getenv('KEY_SECRET'));`] },
      { path: "src/pay.php", lines: [`new Api('rzp_live_${random(WORD, 14)}', '${"x".repeat(24)}');`] },
    ],
  },
  "plain-password-entry": {
    finds: [
      { path: "dovecot/users", lines: [`kim@a.test:{PLAIN}${typed}::::::`] },
      { path: "ldap/users", lines: [`userPassword: {CLEARTEXT}${strong}`] },
    ],
    ignores: [
      { path: "dovecot/users", lines: ["kim@a.test:{PLAIN}password::::::"] },
      { path: "ldap/users", lines: ["userPassword: {SSHA}abc", "# {PLAIN} is the scheme"] },
    ],
  },
  "robot-variable": {
    finds: [
      { path: "robot/login.robot", lines: [`${"$"}{DB PASSWORD}    ${typed}`] },
      { path: "robot/login.robot", lines: [`${"$"}{API_TOKEN} =  ${strong}`] },
    ],
    ignores: [
      { path: "robot/login.robot", lines: [`${"$"}{PASSWORD}    %{DB_PASSWORD}`] },
      { path: "robot/login.robot", lines: [`${"$"}{TOKEN}    Get Token    user2`] },
    ],
  },
  "key-in-bytes": {
    finds: [
      { path: "main/keys.h", lines: [`static const uint8_t aes_key[16] = { ${numbers(16).join(", ")} };`] },
      inConfig(`network_key: [${numbers(16).join(", ")}]`),
    ],
    ignores: [
      {
        path: "main/keys.h",
        lines: [
          `uint8_t aes_key[16] = { ${numbers(16)
            .map((_, index) => index)
            .join(", ")} };`,
        ],
      },
      { path: "main/keys.h", lines: [`uint8_t aes_test_key[16] = { ${numbers(16).join(", ")} };`] },
      { path: "main/keys.h", lines: [`uint8_t sbox[16] = { ${numbers(16).join(", ")} };`] },
    ],
  },
  "secret-file": {
    finds: [
      { path: "secrets/db_password", lines: [typed] },
      { path: "deploy/id.json", lines: [`[${numbers(64).join(",")}]`] },
      { path: "config/master.key", lines: [random(HEX, 32)] },
      { path: "deploy/api-token.txt", lines: [strong, ""] },
    ],
    ignores: [
      {
        path: "data/squares.json",
        lines: [
          `[${numbers(64)
            .map((_, index) => index)
            .join(",")}]`,
        ],
      },
      { path: "secrets/README", lines: ["one file for each secret"] },
      { path: "deploy/api-token.txt", lines: ["<token>"] },
      { path: "docs/token.txt", lines: [strong] },
      { path: "deploy/notes.txt", lines: [strong] },
    ],
  },
  "csv-passwords": {
    finds: [
      { path: "users.csv", lines: ["user,password", `kim,${typed}`] },
      { path: "export.tsv", lines: ['"name"\t"api_key"', `kim\t${strong}`] },
    ],
    ignores: [
      { path: "users.csv", lines: ["user,password_hash", `kim,${random(HEX, 64)}`] },
      { path: "users.csv", lines: ["user,password", "kim,changeme", "lee,"] },
      { path: "users.txt", lines: ["user,password", `kim,${typed}`] },
    ],
  },
  "keystore-file": { finds: [], ignores: [] },
};
