import { describe, expect, test } from "bun:test";
import { linesFound, linesMarked, type Place } from "./place.ts";
import { BASE64, HEX, random, uuid, WORD } from "./samples/sample.ts";

/** Where the name, or what says that it is a password, is in another line or cell, or in another form. */
const places: readonly Place[] = [
  ["a map of users", "src/a.js", "const users = {", "  admin: '…',", "  bob: '…',", "};"],
  ["accounts of Gin", "a.go", 'r.Group("/a", gin.BasicAuth(gin.Accounts{', '\t"admin": "…",', "}))"],
  ["a dictionary of passwords", "a.py", "PASSWORDS = {", '    "staging": "…",', "}"],
  ["passwords in YAML", "users.yml", "passwords:", "  bob: …", "  alice: …"],
  ["pairs over several lines", "a.py", "CREDENTIALS = [", '    ("bob@a.io", "…"),', "]"],
  [
    "a table of HTML",
    "wiki/a.html",
    "<table>",
    "<tr><th>Host</th><th>Login</th><th>Password</th></tr>",
    "<tr><td>db1</td><td>root</td><td>…</td></tr>",
    "<tr><td>db2</td><td>root</td><td><code>…</code></td></tr>",
    "</table>",
  ],
  [
    "a table of HTML with a cell in each line",
    "wiki/a.html",
    '<table class="wikitable"><thead>',
    "<tr>",
    "  <th>Login</th>",
    "  <th>Password</th>",
    "</tr></thead><tbody>",
    "<tr>",
    "  <td>root</td>",
    "  <td>…</td>",
    "</tr>",
    "</tbody></table>",
  ],
  [
    "a table of HTML with two rows of names",
    "wiki/a.html",
    "<tr><th>Host</th><th>Password</th></tr>",
    "<tr><th>of Acme</th><th>of root</th></tr>",
    "<tr><td>db1</td><td>…</td></tr>",
  ],
  ["a list of definitions in HTML", "a.html", "<dt>Password</dt>", "<dd>…</dd>"],
  ["a cell after one with a name", "a.html", '<tr><td class="e">DB_PASSWORD </td><td class="v">… </td></tr>'],
  ["a table of AsciiDoc", "ops.adoc", "|===", "|System |Password", "", "|CRM |…", "|==="],
  ["a parameter with a path as its name", "a.tf", '  name  = "/prod/smtp/password"', '  value = "…"'],
  ["a secret of a repository", "a.tf", '  secret_name     = "DEPLOY_TOKEN"', '  plaintext_value = "¤"'],
  [
    "an argument of JMeter",
    "a.jmx",
    '<elementProp name="password" elementType="HTTPArgument">',
    '  <stringProp name="Argument.value">…</stringProp>',
  ],
  ["an answer to a prompt", "a.py", 'tn.read_until(b"Password: ")', 'tn.write(b"…\\n")'],
  [
    "a default in a template",
    "a.yml",
    "db_password: \"{{ lookup('env', 'DB_PASSWORD') | default('…', true) }}\"",
  ],
  [
    "the second default in a line of a template",
    "a.yml",
    "user: \"{{ user | default('bob') }}:{{ db_password | default('…') }}\"",
  ],
  ["a user and a password of Yarn", ".yarnrc.yml", '    npmAuthIdent: "ci:…"'],
  ["a slice of Zig", "a.zig", 'const api_secret: []const u8 = "¤";'],
  ["a flag of Go", "a.go", 'f.StringVar(&secret, "api-secret", "¤", "secret of the API")'],
  ["a tag of a field in Go", "a.go", 'Password string `env:"DB_PASSWORD" envDefault:"…"`'],
  ["a key of CryptoJS", "src/a.js", "const e = CryptoJS.AES.encrypt(JSON.stringify(data), '…').toString();"],
  ["a key of Java", "A.java", 'new SecretKeySpec("…".getBytes(UTF_8), "AES");'],
  ["a key of JJWT", "A.java", 'Jwts.builder().signWith(SignatureAlgorithm.HS512, "¤").compact();'],
  ["a key of .NET", "A.cs", 'new SymmetricSecurityKey(Encoding.UTF8.GetBytes("…"));'],
  ["a key of PHP", "a.php", "$e = openssl_encrypt($data, 'AES-256-CBC', '…', 0, $iv);"],
  ["an account of Jenkins", "a.groovy", 'hudsonRealm.createAccount("admin", "…")'],
  ["an account of ASP.NET", "A.cs", 'await userManager.CreateAsync(new User { Email = "a@b.c" }, "…");'],
  [
    "a connection of MySQL in C",
    "a.c",
    'mysql_real_connect(c, "db.corp.io", "backend", "…", "shop", 0, NULL, 0);',
  ],
  ["a login of wandb", "a.py", `wandb.login(key="${"7f3a9c0e51"}${random(HEX, 30)}") # ¤`],
  ["a list of arguments", "compose.yml", 'test: ["CMD", "mysqladmin", "ping", "-uroot", "-p…"]'],
  ["a login of Conan", "run.sh", "conan remote login internal ci -p …"],
  ["what a coding agent may run", ".claude/settings.local.json", '"Bash(PGPASSWORD=… psql -h db:*)"'],
  ["an upload by ftp", "run.sh", "quote PASS …"],
  ["French", "a.txt", "Mot de passe : …"],
  ["a user and a password in a chat", "chat.txt", "[10:43] Bob: user deploy, pw …"],
  ["an account of APT", "auth.conf.d/a.conf", "machine apt.a.io login ci password …"],
  ["a source of gems", ".bundle/config", 'BUNDLE_GEMS__ACME__COM: "ci:…"'],
  ["COBOL", "A.cbl", "       01 WS-DB-PASSWORD  PIC X(30) VALUE '…'."],
  ["a secret of links in nginx", "a.conf", 'secure_link_md5 "$secure_link_expires$uri …";'],
  ["a key of Juniper", "a.conf", 'set security ike policy p pre-shared-key ascii-text "…"'],
  ["the body of a form", "a.py", 'body = "grant_type=password&username=bob&password=…&client_id=web"'],
  [
    "a user in the memory of Spring",
    "A.java",
    'auth.inMemoryAuthentication().withUser("a").password("{noop}…");',
  ],
  [
    "JDBC of SQL Server",
    "A.java",
    'String url = "jdbc:sqlserver://db:1433;databaseName=x;user=sa;password=…;encrypt=true";',
  ],
  [
    "a cache in .NET",
    "a.json",
    '"Redis": "a.redis.cache.windows.net:6380,ssl=True,password=…,abortConnect=False"',
  ],
  ["a schema with a default", "src/a.ts", 'SESSION_SECRET: z.string().min(16).default("…"),'],
  ["a variable with a default", "src/a.ts", 'DB_PASS: str({ default: "…" }),'],
  ["a passphrase of Robot Framework", "tests/a.robot", `${"$"}{PASSWORD}    …`],
  [
    "a variable in a manual",
    "docs/api.md",
    `export API_KEY=${random("abcdefghijkmnpqrstuvwxyz23456789", 26)} # ¤`,
  ],
  ["a map of YAML in one line", "a.yaml", "- {name: db-password, value: …}"],
  ["a client of Redis", "a.py", 'r = redis.Redis("db.corp.io", 6379, 0, "…")'],
  ["a URL that SQLAlchemy puts together", "a.py", 'URL.create("postgresql", "bob", "…", "db.corp.io", 5432)'],
  ["a user of MQTT", "a.py", 'client.username_pw_set("bob", "…")'],
  ["a login of Oracle", "a.py", 'con = oracledb.connect("bob/…@db.corp.io:1521/ORCL")'],
  ["a login of .NET", "A.cs", 'await smtp.AuthenticateAsync("bob", "…");'],
  ["credentials of Lettre", "a.rs", 'Credentials::new("bob@a.io".to_owned(), "…".to_owned())'],
  ["a header of Faraday", "a.rb", "conn.request :authorization, :basic, 'bob', '…'"],
  ["a header of .NET", "A.cs", 'c.Authorization = new AuthenticationHeaderValue("Bearer", "¤");'],
  ["a password that is hashed", "a.js", "const hashed = await bcrypt.hash('…', 10);"],
  ["a key of HMAC in Go", "a.go", 'mac := hmac.New(sha256.New, []byte("…"))'],
  ["a key of JWT in Go", "a.go", 'signed, err := token.SignedString([]byte("…"))'],
  ["a key of JWT in PHP", "a.php", "$jwt = JWT::encode($payload, '…', 'HS256');"],
  ["a token that Swift stores", "a.swift", 'UserDefaults.standard.set("¤", forKey: "apiToken")'],
  ["a URL with parts that are put in", "a.py", 'dsn = f"postgresql://{user}:…@{host}/{db}"'],
  ["a variable of psql", "a.sql", "\\set app_password '…'"],
  ["a login of another server", "a.sql", "EXEC sp_addlinkedsrvlogin 'x', 'false', NULL, 'sa', '…';"],
  ["options in a list", "a.json", '{"args":["mcp-server-sentry","--auth-token","¤"]}'],
  ["a key of an account", "run.sh", "az storage blob upload --account-name x --account-key ¤ -f a"],
  ["what goes into a file", "run.sh", 'sed -i "s/__DB_PASS__/…/" config.php'],
  ["the input of a command", "run.sh", "echo '…' | npx wrangler secret put API_TOKEN"],
  ["what a workflow hides", "a.yml", 'run: echo "::add-mask::¤"'],
  ["a sentence with HTML", "a.html", "<div>Hi, the new VPN password is <b>…</b></div>"],
  ["a user with a password", "a.txt", "Please use user bob with password … for the upload."],
  ["a cookie of a recorded session", "a.har", '{"cookies":[{"name":"sessionid","value":"¤"}]}'],
];

/** The same with what is not a secret. */
const others: readonly Place[] = [
  ["a map of users and their ids", "a.js", "const users = {", `  alice: '${uuid()}',`, "};"],
  ["fields of users", "a.js", "users: {", `  name: 'Alice.Meyer2024!', hash: '${random(HEX, 40)}',`, "}"],
  [
    "messages about passwords",
    "a.yml",
    "passwords:",
    "  no_token: invalid_reset_link",
    "  sent: email_sent2",
  ],
  [
    "a table of HTML about passwords",
    "a.html",
    "<tr><th>Role</th><th>Password</th></tr>",
    "<tr><td>ops</td><td>16 characters, rotated</td></tr>",
  ],
  ["a definition in HTML", "a.html", "<dt>Password</dt>", "<dd>The one that you chose.</dd>"],
  [
    "rows of another table",
    "a.html",
    "<tr><th>Role</th><th>Password</th></tr></table>",
    "<tr><td>a</td><td>Kestrel!84!tw</td></tr>",
  ],
  ["what a form starts with", "a.js", 'password: { value: "initial1!", label: "Password" },'],
  ["what a row is sorted by", "a.rs", `let sort_key = b"${random(WORD, 24)}";`],
  [
    "the commit of a build",
    "a.ts",
    `const GIT_COMMIT_KEY = "${random(HEX, 40)}", ETAG_KEY = "${random(HEX, 32)}";`,
  ],
  [
    "a line of a mail program that is no account",
    ".offlineimaprc",
    "type = IMAP",
    "poll pop.a.io proto pop3",
  ],
  ["a call that creates something else", "a.js", 'createAccount("savings", "ACCT-00123");'],
  ["a default that is a reference", "a.yml", "password: \"{{ pw | default('changeme') }}\""],
  ["a hash of a router", "r.cfg", `enable secret 9 $9$${random(WORD, 14)}$${random(WORD, 43)}`],
  ["a trial of a form", "tests/a.py", 'body = "username=bob&password=MyTestPass1!&x=y"'],
  ["a map of users and what they may see", "a.ts", "accounts = {", '  route: "Accounts/List@v2",', "}"],
  ["profiles of clouds", "a.py", "CREDENTIALS = {", '  "aws": "boto3.Session#profile-2",', "}"],
  [
    "how passwords are hashed",
    "a.yml",
    "password: bcrypt-sha256-pepper",
    "passwords:",
    "  algorithm: argon2id-v19",
  ],
  ["a list of trials", "a.stories.ts", "export const users = {", '  admin: "Storybook1!",', "};"],
  ["a hash of a variable", "a.js", "await bcrypt.hash(password, 10); await bcrypt.hash('password', 10);"],
  ["a default that is a word", "src/a.ts", 'TOKEN_KIND: z.string().default("bearer-token"),'],
  [
    "what a field of a form starts with",
    "a.js",
    "password: {",
    '  value: "initial1!2",',
    '  label: "Password",',
    "},",
  ],
  ["what a short field starts with", "a.js", 'password: { value: "initial1!" },'],
  ["the bytes that rows are sorted by", "a.py", `sort_key = bytes.fromhex("${random(HEX, 64)}")`],
  ["a digest before a command", "a.json", `"Bash(SHA_PASS=$PASS psql -c:*)", "${random(BASE64, 20)}"`],
];

describe("a secret is found in", () => {
  test.each(places.map((place) => [place[0], place] as const))("%s", (_, place) => {
    expect(linesFound(place)).toEqual(linesMarked(place));
  });
});

describe("nothing is found in", () => {
  test.each(others.map((place) => [place[0], place] as const))("%s", (_, place) => {
    expect(linesFound(place)).toEqual([]);
  });
});

describe("as a password counts", () => {
  /** Joined here, so that no line of this file holds one. */
  const join = (...parts: string[]): string => parts.join("-");

  test.each([
    join("walnut", "otter", "bison"),
    join("acme", "prod", "otter"),
    join("oat", "aurora", "bayou"),
    join("otter", "Walnut7", "bison"),
    ["Agnes", "and", "Oscar9"].join("."),
    ["Yara", "loves", "Bruno5"].join("_"),
  ])("%s", (value) => {
    expect(linesFound(["", "a.properties", `db.password=${value}`])).toEqual(["line 1"]);
  });

  test.each([
    "orders-db-credentials",
    "current-password-field",
    "step-two-form",
    "cat-dog-cow",
    "config.database.password2",
    "Settings.Default.Password1",
    "com.acme.Provider2",
  ])("not %s", (value) => {
    expect(linesFound(["", "a.properties", `db.password=${value}`])).toEqual([]);
  });
});
