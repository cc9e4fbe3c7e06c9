import { type CorpusKind, camel, lines, small } from "./draw.ts";

/** Leaks in source code, of the kinds that the rules were written with. */
export const leaksInCode: readonly CorpusKind[] = [
  {
    kind: "JavaScript, assigned or default",
    make: (draw) => ({
      path: draw.pick(["src/config.js", "server/index.ts", "lib/auth.mjs"]),
      content: lines(
        draw.pick([
          `const ${camel(draw.keyName())} = '${draw.key()}';`,
          `const secret = process.env.${draw.keyName()} || '${draw.plainKey()}';`,
          `  password: process.env.DB_PASSWORD ?? "${draw.password()}",`,
          `module.exports = { ${camel(draw.passwordName())}: "${draw.password()}" };`,
          `app.use(session({ secret: "${draw.plainKey()}", resave: false }));`,
        ]),
      ),
    }),
  },
  {
    kind: "Python, assigned or default",
    make: (draw) => ({
      path: draw.pick(["app/config.py", "scripts/sync.py", "settings.py"]),
      content: lines(
        "import os",
        draw.pick([
          `${draw.keyName()} = "${draw.key()}"`,
          `PASSWORD = os.environ.get("${draw.passwordName()}", "${draw.password()}")`,
          `token = os.getenv("${draw.keyName()}", default="${draw.plainKey()}")`,
          `client = Client(user="${draw.person()}", password="${draw.password()}")`,
          `config["${small(draw.passwordName())}"] = '${draw.password()}'`,
        ]),
      ),
    }),
  },
  {
    kind: "Java and Kotlin",
    make: (draw) => ({
      path: draw.pick(["src/main/java/io/acme/Config.java", "app/src/main/kotlin/Api.kt"]),
      content: lines(
        "class Config {",
        draw.pick([
          `    private static final String ${draw.keyName()} = "${draw.plainKey()}";`,
          `    props.setProperty("password", "${draw.password()}");`,
          `    config.setPassword("${draw.password()}");`,
          `    const val ${draw.keyName()} = "${draw.plainKey()}"`,
          `    private val apiToken: String = "${draw.plainKey()}"`,
        ]),
        "}",
      ),
    }),
  },
  {
    kind: "Go, C# and PHP",
    make: (draw) => {
      const [path, line] = draw.pick([
        ["internal/config/config.go", `\tapiKey := "${draw.plainKey()}"`],
        ["cmd/main.go", `\tPassword: "${draw.password()}",`],
        ["Services/Mail.cs", `    private const string SmtpPassword = "${draw.password()}";`],
        ["Program.cs", `builder.Services.AddAuth(o => o.ClientSecret = "${draw.plainKey()}");`],
        ["config/database.php", `    'password' => '${draw.password()}',`],
        ["wp-config.php", `define( 'DB_PASSWORD', '${draw.password()}' );`],
        ["src/Kernel.php", `$${camel(draw.keyName())} = '${draw.plainKey()}';`],
      ] as const);
      return { path, content: lines(line) };
    },
  },
  {
    kind: "value on the next line, code",
    make: (draw) => {
      const [path, content] = draw.pick([
        ["src/keys.ts", lines(`const ${camel(draw.keyName())} =`, `  "${draw.plainKey()}";`)],
        ["app/keys.py", lines(`${draw.keyName()} = (`, `    "${draw.plainKey()}"`, ")")],
        ["lib/keys.rb", lines(`${draw.keyName()} = \\`, `  '${draw.plainKey()}'`)],
        ["Config.java", lines("  String password =", `      "${draw.password()}";`)],
      ] as const);
      return { path, content };
    },
  },
  {
    kind: "SQL",
    make: (draw) => ({
      path: draw.pick(["db/init.sql", "migrations/001_users.sql", "scripts/grant.sql"]),
      content: lines(
        draw.pick([
          `CREATE USER '${draw.person()}'@'%' IDENTIFIED BY '${draw.password()}';`,
          `CREATE ROLE ${draw.person()} WITH LOGIN PASSWORD '${draw.password()}';`,
          `ALTER USER ${draw.person()} WITH ENCRYPTED PASSWORD '${draw.password()}';`,
          `SET PASSWORD FOR 'app'@'localhost' = PASSWORD('${draw.password()}');`,
          `GRANT ALL ON shop.* TO 'app'@'%' IDENTIFIED BY "${draw.password()}";`,
          `CREATE LOGIN ${draw.person()} WITH PASSWORD = N'${draw.password()}';`,
        ]),
      ),
    }),
  },
  {
    kind: "C define",
    make: (draw) => ({
      path: draw.pick(["include/config.h", "src/secrets.h", "firmware/wifi.ino"]),
      content: lines(
        draw.pick([
          `#define WIFI_PASSWORD "${draw.password()}"`,
          `#define API_KEY "${draw.plainKey()}"`,
          `#define MQTT_PASS    "${draw.password()}"`,
          `const char* password = "${draw.password()}";`,
        ]),
      ),
    }),
  },
  {
    kind: "database on the command line",
    make: (draw) => ({
      path: draw.pick(["scripts/backup.sh", "Makefile", "docs/runbook.md", ".gitlab-ci.yml"]),
      content: lines(
        draw.pick([
          `\tPGPASSWORD=${draw.password()} psql -h ${draw.host()} -U app ${draw.database()}`,
          `    PGPASSWORD='${draw.password()}' pg_dump ${draw.database()} > dump.sql`,
          `\tmysql -u root -p${draw.mixed(12)} ${draw.database()} < schema.sql`,
          `    mysqldump --user=app --password=${draw.password()} ${draw.database()}`,
          `\tmysqladmin -uroot -p'${draw.password()}' status`,
        ]),
      ),
    }),
  },
  {
    kind: "docker on the command line",
    make: (draw) => ({
      path: draw.pick(["deploy.sh", ".travis.yml", "README.md", "scripts/push.sh"]),
      content: lines(
        draw.pick([
          `  docker login -u ${draw.company()} -p ${draw.password()} registry.${draw.company()}.io`,
          `  docker run -d -e ${draw.passwordName()}=${draw.password()} -p 3306:3306 mysql:8`,
          `  docker run --env ${draw.keyName()}=${draw.plainKey()} ${draw.service()}:latest`,
          `  docker login --username ci --password '${draw.password()}'`,
        ]),
      ),
    }),
  },
  {
    kind: "aws configure",
    make: (draw) => ({
      path: draw.pick(["scripts/setup.sh", ".circleci/config.yml"]),
      content: lines(
        `      aws configure set aws_secret_access_key ${draw.base64Chars(40)}`,
        "      aws configure set region eu-west-1",
      ),
    }),
  },
  {
    kind: "curl with a user",
    make: (draw) => ({
      path: draw.pick(["scripts/ping.sh", "docs/api.md", "Jenkinsfile"]),
      content: lines(
        draw.pick([
          `curl -u ${draw.person()}:${draw.password()} https://api.${draw.company()}.io/v1/status`,
          `curl -s --user "${draw.person()}:${draw.password()}" https://jenkins.${draw.company()}.io/job/x/build`,
          `curl https://api.${draw.company()}.io/v1/charges -u ${draw.plainKey()}:`,
        ]),
      ),
    }),
  },
  {
    kind: "header without a scheme word",
    make: (draw) => ({
      path: draw.pick(["scripts/call.sh", "requests.http", "src/client.js", "har/session.json"]),
      content: lines(
        draw.pick([
          `curl -H "X-Api-Key: ${draw.plainKey()}" https://api.${draw.company()}.io/v2/items`,
          `curl -H 'Authorization: ${draw.plainKey()}' https://api.${draw.company()}.io`,
          `X-Auth-Token: ${draw.plainKey()}`,
          `PRIVATE-TOKEN: ${draw.mixed(20)}`,
          `  headers: { 'X-API-KEY': '${draw.plainKey()}' },`,
          `    { "name": "Authorization", "value": "Bearer ${draw.urlSafe(43)}" },`,
        ]),
      ),
    }),
  },
  {
    kind: "connection string",
    make: (draw) => {
      const safe = draw.mixed(draw.between(8, 16));
      return {
        path: draw.pick(["src/db.ts", "appsettings.json", "config.yaml", "app/db.py"]),
        content: lines(
          draw.pick([
            `  "Default": "Server=${draw.host()};Database=${draw.database()};User Id=sa;Password=${draw.password()};"`,
            `  url: "postgres://app:${safe}@${draw.host()}:5432/${draw.database()}"`,
            `  uri: "mongodb+srv://${draw.person()}:${safe}@cluster0.${draw.lower(5)}.mongodb.net/${draw.database()}"`,
            `  broker: "amqp://guest1:${safe}@${draw.host()}:5672/"`,
            `  cache: "redis://:${safe}@${draw.host()}:6379/0"`,
            `  url: "jdbc:mysql://${draw.host()}/${draw.database()}?user=app&password=${safe}"`,
            `  dsn = "host=${draw.host()} user=app password=${safe} dbname=${draw.database()} sslmode=disable"`,
          ]),
        ),
      };
    },
  },
  {
    kind: "private key",
    make: (draw) => {
      const kind = draw.pick(["RSA ", "", "EC ", "OPENSSH "]);
      const edge = (word: string) => `${"-".repeat(5)}${word} ${kind}PRIVATE KEY${"-".repeat(5)}`;
      const body = Array.from({ length: draw.between(4, 20) }, () => draw.base64Chars(64));
      const pem = [edge("BEGIN"), ...body, edge("END")];
      const [path, content] = draw.pick([
        ["certs/server.key", lines(...pem)],
        ["deploy/id_rsa", lines(...pem)],
        ["k8s/tls.yaml", lines("  tls.key: |", ...pem.map((line) => `    ${line}`))],
        ["src/key.js", lines(`const key = "${pem.join("\\n")}\\n";`)],
      ] as const);
      return { path, content };
    },
  },
];
