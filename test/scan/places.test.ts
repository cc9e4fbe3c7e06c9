import { describe, expect, test } from "bun:test";
import { scanLines } from "../../src/scan/scanner.ts";
import { BASE64, base64, HEX, random, WORD } from "./samples/sample.ts";

/** Put together here, so that no line of this file holds a whole password. */
const PASSWORD = ["Kestrel", "84", "tw"].join("!");
const KEY = `k${random(WORD, 31)}7`;

type Place = readonly [place: string, path: string, ...lines: string[]];

/** Where a password is written in a language or format; `…` is the password, `¤` a generated key. */
const places: readonly Place[] = [
  ["an anchor of YAML", "a.yml", "password: &pw …"],
  ["a tag of YAML", "a.yml", "password: !!str …"],
  ["CDATA", "a.xml", "<password><![CDATA[…]]></password>"],
  ["a type of Visual Basic", "a.vb", 'Dim password As String = "…"'],
  ["a property of C#", "A.cs", 'public string Password { get; set; } = "…";'],
  ["an arrow of R", "a.R", 'password <- "…"'],
  ["an array of C", "a.c", 'char password[] = "…";'],
  ["braces of C++", "a.cpp", 'std::string password{"…"};'],
  ["a hash of Perl", "a.pl", "$ENV{PGPASSWORD} = '…';"],
  ["%q of Ruby", "a.rb", "password = %q(…)"],
  ["a raw string of Rust", "a.rs", 'let password = r#"…"#;'],
  ["a default after ||", "a.js", "const p = process.env.DB_PASS || '…';"],
  ["a default after or", "a.py", 'PASSWORD = os.getenv("PW") or "…"'],
  ["a default in a block", "a.rb", 'ENV.fetch("DB_PASSWORD") { "…" }'],
  ["unwrap_or", "a.rs", 'let p = env::var("DB_PASSWORD").unwrap_or("…".to_string());'],
  ["a condition", "a.js", "const password = isProd ? load() : '…';"],
  ["parts that are joined", "a.py", `password = "${PASSWORD.slice(0, 6)}" + "${PASSWORD.slice(6)}"`],
  ["a wrapper", "a.py", 'password: SecretStr = SecretStr("…")'],
  ["a field with a default", "a.py", 'password = Field(default="…")'],
  ["names and values in turn", "a.py", 'USER, PASSWORD = "admin", "…"'],
  ["a map of names and values", "A.java", 'Map.of("user", "x", "password", "…")'],
  ["a comparison", "A.java", 'if (password.equals("…")) {'],
  ["a comparison the other way round", "A.java", 'if ("…".equals(password)) {'],
  ["a function of C", "a.c", 'if (strcmp(password, "…") == 0)'],
  ["an option of curl", "a.c", 'curl_easy_setopt(curl, CURLOPT_PASSWORD, "…");'],
  ["characters of Java", "A.java", 'ks.load(in, "…".toCharArray());'],
  ["a user and a password that are encoded", "a.js", "h.Authorization = 'Basic ' + btoa('admin:…');"],
  ["a call without parentheses", "a.rb", "req.basic_auth 'admin', '…'"],
  ["the third argument", "a.py", 'conn = pymysql.connect("h", "root", "…", "db")'],
  ["the fourth argument", "a.py", "ssh.connect('10.0.0.2', 22, 'root', '…')"],
  ["an argument after an address", "a.py", "User.objects.create_user('bob', 'bob@corp.io', '…')"],
  ["a network of an Arduino", "a.ino", 'WiFi.begin("HomeNet", "…");'],
  ["what a browser types", "src/a.js", "await page.type('#password', '…');"],
  ["what a field is filled with", "src/a.ts", "await page.getByLabel('Password').fill('…');"],
  ["a DSN of Go", "a.go", 'db, _ := sql.Open("mysql", "root:…@tcp(10.0.0.1:3306)/app")'],
  ["braces of ODBC", "a.py", 'pyodbc.connect("DRIVER={SQL};SERVER=h;UID=sa;PWD={…}")'],
  ["columns of SQL", "a.sql", "INSERT INTO users (name, password) VALUES ('bob', '…');"],
  ["the second row", "a.sql", "INSERT INTO users (name, token)", "VALUES ('a', NULL),", "('b', '¤');"],
  ["SQL without quotes", "a.sql", "CREATE USER app IDENTIFIED BY Kestrel84tw;"],
  ["a table of Markdown", "ops.md", "| user | API token |", "| --- | --- |", "| root | `¤` |"],
  ["a table of names and values", "docs/setup.md", "| smtp password | `…` |"],
  ["a command in a manual", "docs/runbook.md", "    sshpass -p '…' ssh deploy@10.0.0.2"],
  ["a secret of capitalized words", "src/a.js", "  secret: 'LanternThistle2294',"],
  ["a phrase with a number", "a.yml", "password: 'Coffee maple 42 River!'"],
  ["accounts of cloud-init", "user-data.yaml", "chpasswd:", "  list: |", "    root:…"],
  ["a value in a tag of its own", "unattend.xml", "<AdministratorPassword>", "<Value>…</Value>"],
  ["a user and a password in two lines", "openvpn/auth.txt", "bob", "…"],
  [
    "a key of a library for tokens",
    "src/a.js",
    "return jwt.sign({ sub: user.id }, '…', { expiresIn: '2d' });",
  ],
  ["what a test types", "src/a.ts", "cy.get('[name=password]').type('…{enter}');"],
  ["a field of a build", "app/build.gradle", 'buildConfigField "String", "ROOT_PASSWORD", "\\"…\\""'],
  ["a parameter of CloudFormation", "p.json", '{ "ParameterKey": "DBPassword", "ParameterValue": "…" },'],
  ["a token as the user", "run.sh", "curl -u '¤:x' https://corp.freshdesk.com/api"],
  ["a user of a share", "run.sh", "smbclient //files/share -U 'app%…' -c 'put a'"],
  ["accounts of Hardhat", "hardhat.config.js", `accounts: ['${random(HEX, 64)}'],`],
  [
    "a URL in a Kubernetes Secret",
    "s.yaml",
    "kind: Secret",
    "data:",
    `  url: ${base64("postgres://a:Kestrel84tw@db.int/x")}`,
  ],
  ["a function that returns it", "a.go", "func dbPassword() string {", '\treturn "…"', "}"],
  ["words with a digit", "a.yml", `password: ${["Silver", "cactus", "island", "Badger2"].join("-")}`],
  ["groups of six", "a.py", `PASSWORD = "${["rencyf", "mog5ux", "Zergyb"].join("-")}"`],
  [
    "a password for one program",
    "a.rb",
    `ENV["APP_SPECIFIC_PASSWORD"] = "${["derr", "qrge", "nyls", "eina"].join("-")}"`,
  ],
  ["a phrase in several languages", "a.py", "PASSWORD = 'pinguin comet playa Caballo bergsee kirsche'"],
  ["a keyboard run with more", "a.ini", "db_password = 4rfv5tgb-997"],
  ["brackets of a sentence", "docs/incidents/a.md", "log in as order_rw (password r0tw3in_94!), open Orders"],
  ["a login in a sentence", "docs/setup.md", "Log in at https://a.io with **checkout** / **`…`**."],
  ["rows of names and values", "a.sql", "INSERT INTO `s` VALUES ('title','Papaya'),('smtp_password','…');"],
  ["a header of Swift", "a.swift", 'r.setValue("¤", forHTTPHeaderField: "X-API-Key")'],
  ["the value of a Basic header", "A.java", `AUTH = "Basic ${base64(`svc:${KEY}`)}";`],
  ["a key store in base64", "a.p12.b64", `MIIF3AIBAzCC${random(BASE64, 64)}`],
  ["a setting that was switched off", ".env.old", "#   password: …"],
  ["a name that begins with the word", "a.js", "const SENHA_BANCO = '…';"],
  ["a name with its purpose", "a.json", '"api_secret_for_admin": "¤",'],
  ["a chat", "export.json", '"text": "pw: …",'],
  ["a private JSON Web Key in lines", "a.json", `  "d": "${random(WORD, 43)}"`],
  ["a key in a query", "a.js", "const url = `https://api.a.io/v4/parcels?key=¤&units=metric`;"],
  ["bold text of Markdown", "ops.md", "**API token:** ¤"],
  ["a comment", "src/a.js", "// db password: …"],
  ["a comment after code", "a.py", "connect()  # password = …"],
  ["a comment of HTML", "index.html", "<!-- password: … -->"],
  ["a sentence", "notes.txt", "the new password for the admin panel is …"],
  ["an option after the user", "run.sh", "./mytool connect -u admin -p '…'"],
  ["an option in a list", "docker-compose.yml", '    command: ["redis-server", "--requirepass", "…"]'],
  ["printf", "run.sh", "printf '%s' '…' | docker login --password-stdin -u x"],
  ["a here-string", "run.sh", "docker login -u x --password-stdin <<< '…'"],
  ["expect", "x.exp", 'send "…\\r"'],
  ["an archive", "run.sh", "7z a -p'…' a.7z dir"],
  ["HTTPie", "run.sh", "http -a admin:'…' GET https://x/api"],
  ["a remote desktop", "run.bat", "xfreerdp /v:h /u:bob /p:…"],
  ["a secret of Kubernetes", "run.sh", "kubectl create secret generic x --from-literal=a=…"],
  ["a parameter of a cloud", "run.sh", "aws ssm put-parameter --name /p --type SecureString --value '…'"],
  ["Kickstart", "ks.cfg", "rootpw --plaintext …"],
  ["Net-SNMP", "snmpd.conf", "createUser bob SHA … AES"],
  ["a user and a password", "a.yml", "credentials: admin:…"],
  ["a name in another language", "a.ini", "contraseña = …"],
  ["four drawn words", "a.yml", `password: ${["lantern", "copper", "badger", "plum"].join("-")}`],
  ["two words and a number", "clients.conf", "    secret = jasminecedar5854"],
  ["a password in backticks", ".cursorrules", "- user `app`, password `…`"],
  ["a user and a password in a comment", "src/a.go", "// temporary: admin / … until SSO is ready"],
  [
    "a sentence with an address",
    "a.json",
    '"text": "the root password for 10.38.247.128 is flintjackal6593 thanks"',
  ],
  ["a notice in the manual", "docs/access.txt", "  pass: …"],
  ["a login of a browser in a test", "cypress/e2e/a.cy.js", "cy.get('#password').type('…');"],
  ["a login in a test", "tests/conftest.py", 'client.login("deploy", "…")'],
  ["a header in the line before", "record.yml", "      Authorization:", "      - Bearer ¤"],
  ["a header of nginx", "nginx.conf", `proxy_set_header Authorization "Basic ${base64(`svc:${KEY}`)}";`],
  ["a header that a program encodes", "a.http", "Authorization: Basic svc …"],
  ["a map of cookies", "a.py", 'cookies = {"PHPSESSID": "¤", "lang": "de"}'],
  ["a cookie in a map", "a.js", "const h = { cookie: 'user_session=¤; logged_in=yes' };"],
  ["a tuple of Erlang", "hex.config", '{api_key, <<"¤">>}.'],
  [
    "a key under its owner",
    "app/etc/env.php",
    "'crypt' => [",
    "    'key' => '3f9a1c7be2d84056af13c9e07b52d8a4'",
  ],
  ["a server of TACACS", "r.cfg", " key barleytempest840"],
  ["a community of SNMP", "snmpd.conf", "rocommunity nickeljelly8317 10.0.0.0/8"],
  ["a driver of Oracle", "a.properties", "url=jdbc:oracle:thin:app/…@db.int:1521/PROD"],
  ["an option with a key of a wallet", "run.sh", `forge script --private-key 0x${random(HEX, 64)}`],
  ["a key of a function", "a.cs", `"https://f.azurewebsites.net/api/x?code=${random(WORD, 53)}=="`],
  ["a client of Postmark", "a.cs", 'new PostmarkClient("719f3a68-061e-4dc9-8a49-2d9c2886c27e")'],
  ["a password for one program in a call", "a.py", 's.login("bot@gmail.com", "derr qrge nyls eina")'],
  ["a sign of the shell at the end", "a.ps1", 'ConvertTo-SecureString "Kestrel2024$" -AsPlainText'],
  ["a secret that signs forms", "a.ini", "csrf_secret = ¤"],
  ["a name of a service", "a.ini", "mailgunKey = 3f9a1c7be2d84056af13c9e07b52d8a4"],
];

/** The same places with what is not a secret. */
const others: readonly Place[] = [
  ["a default that says what it is", "a.js", "const p = process.env.DB_PASS || 'changeme';"],
  ["a default that is a path", "a.rb", 'ENV.fetch("PASSWORD_STORE") { "/run/secrets" }'],
  ["a label", "A.java", 'Map.of("user", "Your name", "password", "Your password")'],
  ["the names of fields", "a.py", 'fields = ["password", "password2", "passwordConfirm"]'],
  [
    "a hash in a column",
    "a.sql",
    `INSERT INTO users (name, password) VALUES ('b', '${"5f4dcc3b".repeat(4)}');`,
  ],
  ["a comment about a parameter", "src/a.js", "// password: the password of the user"],
  ["a comment with a reference", "a.py", "# token: settings.api.token2"],
  ["a port", "run.sh", "docker run -u app -p 8080:80 image"],
  ["a directory", "run.sh", "sudo -u postgres mkdir -p /var/lib/pg15"],
  ["a variable", "run.sh", 'sshpass -p "$SSH_PASS" ssh host'],
  ["an address of Ethereum", "a.json", `"token": "0x${random(HEX, 40)}"`],
  ["an identifier of Stripe", "a.json", `"payment_method": "pm_${random(WORD, 24)}",`],
  ["a signature of a message", "a.eml", ` b=${random(BASE64, 86)}==`],
  [
    "a sealed value of EJSON",
    "a.ejson",
    `"api_key": "EJ[1:${random(BASE64, 43)}=:${random(BASE64, 32)}:${random(BASE64, 60)}]"`,
  ],
  [
    "a sealed value of Pulumi",
    "Pulumi.a.yaml",
    `encryptionsalt: v1:${random(BASE64, 11)}=:v1:${random(BASE64, 16)}:${random(BASE64, 40)}`,
  ],
  ["a public key of minisign", "a.go", `const minisignKey = "RW${random(BASE64, 54)}"`],
  ["the name of a key of OpenPGP", ".gitconfig", "signingkey = C90E8B2CB2DC2D56"],
  ["a regular expression", ".sops.yaml", "encrypted_regex: ^(data|stringData|password|token)$"],
  ["a template of Helm", "s.yaml", "password: {{ .Values.db.password | b64enc | quote }}"],
  ["a password of a manual", "docs/setup.md", "docker run -e POSTGRES_PASSWORD=MyStr0ng!Passw0rd42 postgres"],
  ["a placeholder in German", "a.ini", "bind_password = DEIN_PASSWORT1"],
  ["a reference that must be set", "a.yml", `password: ${"$"}{WIFI_PASS:?missing}`],
  ["a file on a command line", "run.sh", "vault kv put secret/a db_password=@/dev/stdin"],
  ["the name of a column", "a.py", 'router_pw = Column("m2m_secret", String(255))'],
  ["the token of an assembly", "a.cs", '[assembly: KeyToken("PublicKeyToken=b77a5c561934e089")]'],
  ["a label of several words", "a.ts", 'password: "Show Login Credentials Again"'],
  ["a message in a call", "a.ts", 'getAccessToken: die("unexpected root credentials access"),'],
  ["a sentence about a method", "notes.txt", "The password is sha256-hashed 12 times."],
  ["an encoding", "a.py", 'password = password.encode("latin1")'],
  ["a hash of a router", "r.cfg", "enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0"],
  ["a directory of the shell", "run.sh", 'OLD_PWD="/srv/app2"'],
  ["words of a label", "a.ts", "password: 'auth-invalid-password-or-user',"],
  ["words of a message", "a.yml", "password: must-be-set-in-vault"],
  [
    "a reference of Azure",
    "a.json",
    '"SigningKey": "@Microsoft.KeyVault(SecretUri=https://kv.a/secrets/jwt/1)"',
  ],
  ["a reference of Symfony", "a.yml", 'ADMIN_PASS: "%env(ELASTIC_PASSWORD)%"'],
  ["a key for searching", "a.js", `apiKey: '${random(HEX, 32)}',`, "indexName: 'docs',"],
  ["a variable in quotes", "a.ps1", 'ConvertTo-SecureString "$Password2024" -AsPlainText'],
  ["a trial in a test", "tests/a.py", 'client.login("bob", "MyTestPass1!")'],
];

function rulesAt([, path, ...lines]: Place): string[] {
  const texts = lines.map((line) => line.replaceAll("…", PASSWORD).replaceAll("¤", KEY));
  return scanLines(
    path,
    texts.map((text, index) => ({ number: index + 1, text })),
  ).map(({ line }) => `line ${line}`);
}

describe("a secret is found in", () => {
  test.each(places.map((place) => [place[0], place] as const))("%s", (_, place) => {
    const at = place
      .slice(2)
      .findLastIndex((line) => /[…¤]|Kestrel|\$\{|3f9a|[a-z]{4}[0-9]{3}|-copper-|719f|qrge/.test(line));
    expect(rulesAt(place)).toEqual([`line ${at === -1 ? place.length - 2 : at + 1}`]);
  });
});

describe("nothing is found in", () => {
  test.each(others.map((place) => [place[0], place] as const))("%s", (_, place) => {
    expect(rulesAt(place)).toEqual([]);
  });
});
