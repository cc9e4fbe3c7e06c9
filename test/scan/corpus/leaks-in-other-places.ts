import { base64, type CorpusKind, type Draw, lines } from "./draw.ts";

/** One line in one of several files. */
function oneLine(kind: string, variants: (draw: Draw) => readonly (readonly [string, string])[]): CorpusKind {
  return {
    kind,
    make: (draw) => {
      const [path, line] = draw.pick(variants(draw));
      return { path, content: lines(line) };
    },
  };
}

/** Leaks in further places, first measured when the rules were written, then improved. */
export const leaksInOtherPlaces: readonly CorpusKind[] = [
  oneLine("PowerShell and batch files", (draw) => [
    ["deploy.ps1", `$password = ConvertTo-SecureString "${draw.password()}" -AsPlainText -Force`],
    ["setup.ps1", `$env:${draw.keyName()} = '${draw.plainKey()}'`],
    ["install.bat", `set ${draw.passwordName()}=${draw.mixed(12)}`],
    ["run.cmd", `setx ${draw.keyName()} "${draw.plainKey()}"`],
    ["map.bat", `net use Z: \\\\server\\share /user:${draw.person()} ${draw.mixed(12)}`],
  ]),
  oneLine("Terraform and Bicep", (draw) => [
    ["main.tf", `  password = "${draw.password()}"`],
    ["prod.tfvars", `db_password = "${draw.password()}"`],
    ["variables.tf", `variable "db_password" { default = "${draw.password()}" }`],
    ["terraform.tfvars.json", `  "api_token": "${draw.plainKey()}",`],
    ["main.bicep", `param adminPassword string = '${draw.password()}'`],
  ]),
  oneLine("continuous integration", (draw) => [
    [".github/workflows/ci.yml", `          ${draw.keyName()}: ${draw.plainKey()}`],
    [".gitlab-ci.yml", `  ${draw.passwordName()}: "${draw.password()}"`],
    ["Jenkinsfile", `    environment { ${draw.keyName()} = '${draw.plainKey()}' }`],
    ["azure-pipelines.yml", `  ${draw.keyName()}: '${draw.plainKey()}'`],
    ["bitbucket-pipelines.yml", `            - export ${draw.passwordName()}=${draw.password()}`],
  ]),
  oneLine("package managers", (draw) => [
    [".npmrc", `//registry.${draw.company()}.io/:_authToken=${draw.uuid()}`],
    [".pypirc", `password = ${draw.password()}`],
    ["pip.conf", `index-url = https://${draw.person()}:${draw.mixed(16)}@pypi.${draw.company()}.io/simple`],
    [".m2/settings.xml", `      <password>${draw.mixed(14)}</password>`],
    ["gradle.properties", `nexusPassword=${draw.password()}`],
    ["nuget.config", `      <add key="ClearTextPassword" value="${draw.mixed(20)}" />`],
    [
      "auth.json",
      `{"http-basic": {"repo.${draw.company()}.io": {"username": "ci", "password": "${draw.password()}"}}}`,
    ],
    [".yarnrc.yml", `npmAuthToken: "${draw.uuid()}"`],
    [".bundle/config", `BUNDLE_GEMS__CONTRIBSYS__COM: "${draw.hex(8)}:${draw.hex(8)}"`],
  ]),
  oneLine("application servers", (draw) => [
    ["tomcat-users.xml", `  <user username="admin" password="${draw.mixed(12)}" roles="manager-gui"/>`],
    ["context.xml", `  <Resource name="jdbc/app" username="app" password="${draw.mixed(12)}" url="jdbc:x"/>`],
    ["hibernate.cfg.xml", `    <property name="hibernate.connection.password">${draw.mixed(12)}</property>`],
    [
      "persistence.xml",
      `      <property name="jakarta.persistence.jdbc.password" value="${draw.mixed(12)}"/>`,
    ],
    ["applicationContext.xml", `    <property name="password" value="${draw.mixed(12)}"/>`],
    ["standalone.xml", `      <password>${draw.mixed(12)}</password>`],
  ]),
  oneLine("servers and daemons", (draw) => [
    ["redis.conf", `requirepass ${draw.mixed(20)}`],
    ["sentinel.conf", `sentinel auth-pass mymaster ${draw.mixed(20)}`],
    ["my.cnf", `password=${draw.password()}`],
    ["slapd.conf", `rootpw ${draw.mixed(12)}`],
    ["ldap.conf", `bindpw ${draw.mixed(14)}`],
    ["wpa_supplicant.conf", `  psk="${draw.password()}"`],
    ["hostapd.conf", `wpa_passphrase=${draw.password()}`],
    ["rsyncd.secrets", `${draw.person()}:${draw.password()}`],
    ["grafana.ini", `admin_password = ${draw.password()}`],
    ["mosquitto.conf", `remote_password ${draw.mixed(14)}`],
    ["msmtprc", `password ${draw.mixed(14)}`],
    ["sasl_passwd", `[smtp.${draw.company()}.io]:587 ${draw.person()}:${draw.password()}`],
  ]),
  oneLine("other commands", (draw) => [
    ["run.sh", `redis-cli -h ${draw.host()} -a ${draw.mixed(20)} ping`],
    ["run.sh", `sshpass -p '${draw.password()}' ssh root@10.0.0.${draw.int(200)}`],
    ["run.sh", `mongo --host ${draw.host()} -u admin -p ${draw.mixed(14)} --authenticationDatabase admin`],
    ["run.sh", `ldapsearch -D cn=admin,dc=x -w ${draw.mixed(12)} -b dc=x`],
    ["run.sh", `openssl rsa -in key.pem -passin pass:${draw.mixed(14)} -out key.der`],
    ["run.sh", `kubectl create secret generic db --from-literal=password=${draw.password()}`],
    ["run.sh", `heroku config:set ${draw.keyName()}=${draw.plainKey()}`],
    ["run.sh", `helm upgrade app ./chart --set auth.password=${draw.mixed(14)}`],
    ["run.sh", `wget --user=${draw.person()} --password=${draw.password()} https://x.${draw.company()}.io/f`],
    ["run.sh", `git clone https://oauth2:${draw.mixed(24)}@git.${draw.company()}.io/a/b.git`],
    ["run.sh", `htpasswd -b -c .htpasswd ${draw.person()} ${draw.mixed(12)}`],
    ["run.sh", `az login --service-principal -u ${draw.uuid()} -p ${draw.mixed(34)} --tenant ${draw.uuid()}`],
    ["run.sh", `fly secrets set ${draw.keyName()}=${draw.plainKey()}`],
    ["run.sh", `echo "${draw.password()}" | sudo -S apt-get update`],
    ["run.sh", `smbclient //nas/x -U ${draw.person()}%${draw.mixed(12)}`],
    ["run.sh", `keytool -genkey -keystore a.jks -storepass ${draw.mixed(12)}`],
  ]),
  oneLine("calls with a user and a password", (draw) => [
    ["app/mail.py", `    server.login("${draw.person()}@${draw.company()}.io", "${draw.password()}")`],
    ["app/http.py", `r = requests.get(url, auth=("${draw.person()}", "${draw.password()}"))`],
    [
      "src/Db.java",
      `  Connection c = DriverManager.getConnection(url, "${draw.person()}", "${draw.password()}");`,
    ],
    [
      "src/Mail.cs",
      `  client.Credentials = new NetworkCredential("${draw.person()}", "${draw.password()}");`,
    ],
    [
      "src/db.js",
      `const db = new Sequelize("${draw.database()}", "${draw.person()}", "${draw.password()}");`,
    ],
    ["src/db.php", `$db = new PDO($dsn, '${draw.person()}', '${draw.password()}');`],
    ["src/db.php", `$c = mysqli_connect("localhost", "${draw.person()}", "${draw.password()}", "shop");`],
    ["src/http.go", `\treq.SetBasicAuth("${draw.person()}", "${draw.password()}")`],
  ]),
  oneLine("settings of editors and agents", (draw) => [
    [".vscode/launch.json", `      "env": { "${draw.keyName()}": "${draw.plainKey()}" }`],
    [".mcp.json", `        "${draw.keyName()}": "${draw.plainKey()}"`],
    [".cursor/mcp.json", `      "env": {"API_TOKEN": "${draw.plainKey()}"}`],
    [".claude/settings.json", `    "ACME_API_KEY": "${draw.plainKey()}"`],
    [".idea/dataSources.local.xml", `      <property name="password" value="${draw.mixed(14)}" />`],
    ["config.toml", `api_key = "${draw.plainKey()}"`],
  ]),
  oneLine("other languages", (draw) => [
    ["src/main.rs", `const API_KEY: &str = "${draw.plainKey()}";`],
    ["Sources/Api.swift", `    let clientSecret = "${draw.plainKey()}"`],
    ["lib/api.dart", `const String apiKey = '${draw.plainKey()}';`],
    ["config/prod.exs", `  secret_key_base: "${draw.base64Chars(64)}"`],
    ["analysis.R", `Sys.setenv(API_TOKEN = "${draw.plainKey()}")`],
    ["app.scala", `  val dbPassword = "${draw.password()}"`],
    ["script.pl", `my $password = '${draw.password()}';`],
    ["config.lua", `  secret = "${draw.plainKey()}",`],
    ["core.clj", `(def api-key "${draw.plainKey()}")`],
    ["config/initializers/devise.rb", `  config.secret_key = '${draw.hex(128)}'`],
    ["Config.hs", `apiToken = "${draw.plainKey()}"`],
    ["src/Config.groovy", `    password = "${draw.password()}"`],
  ]),
  oneLine("logs and transcripts", (draw) => [
    ["debug.log", `2026-01-02 10:00:00 DEBUG Authorization: Bearer ${draw.urlSafe(64)}`],
    ["logs/http.txt", `> Authorization: Basic ${base64(`${draw.person()}:${draw.password()}`)}`],
    ["notes.md", `password: ${draw.password()}`],
    ["ops/notes.txt", `Admin login: admin / password: ${draw.password()}`],
    ["out.json", `{"access_token":"${draw.urlSafe(86)}","token_type":"bearer","expires_in":3600}`],
    ["session.log", `Set-Cookie: session_token=${draw.urlSafe(43)}; HttpOnly; Path=/`],
  ]),
  oneLine("Windows setup files", (draw) => [
    ["unattend.xml", `<Password><Value>${draw.mixed(12)}</Value><PlainText>true</PlainText></Password>`],
    ["autologon.reg", `"DefaultPassword"="${draw.password()}"`],
    [
      "app.config",
      `<add name="Db" connectionString="Server=s;Database=d;User ID=sa;Password=${draw.mixed(12)}" />`,
    ],
  ]),
  oneLine("network devices and VPN", (draw) => [
    ["wg0.conf", `PrivateKey = ${draw.base64(32)}`],
    ["ipsec.secrets", `: PSK "${draw.mixed(24)}"`],
    ["chap-secrets", `${draw.person()} * ${draw.mixed(14)} *`],
    ["clients.conf", `        secret = ${draw.mixed(16)}`],
    ["vpn/auth.txt", `password=${draw.password()}`],
  ]),
  oneLine("URLs with a secret in the query", (draw) => [
    ["src/api.ts", `fetch("https://api.${draw.company()}.io/v1/x?api_key=${draw.plainKey()}")`],
    ["config.yaml", `feed: https://x.${draw.company()}.io/rss?token=${draw.mixed(32)}`],
    [
      "src/map.html",
      `<script src="https://maps.${draw.company()}.io/js?access_token=${draw.mixed(40)}"></script>`,
    ],
  ]),
  oneLine("seed phrases and wallet keys", (draw) => [
    [".env", `PRIVATE_KEY=0x${draw.hex(64)}`],
    ["hardhat.config.js", `  accounts: ["0x${draw.hex(64)}"], // deployer private key`],
    ["config.yaml", `private_key: ${draw.hex(64)}`],
  ]),
  oneLine("tokens of more services", (draw) => [
    ["src/a.ts", `const c = make("sk-or-v1-${draw.hex(64)}");`],
    ["src/a.ts", `const c = make("gsk_${draw.mixed(52)}");`],
    ["src/a.ts", `const c = make("nvapi-${draw.urlSafe(64)}");`],
    ["src/a.ts", `const c = make("duffel_live_${draw.urlSafe(43)}");`],
    ["src/a.ts", `const c = make("rdme_${draw.lower(70)}");`],
    ["src/a.ts", `const c = make("rnd_${draw.mixed(28)}");`],
    ["src/a.ts", `const c = make("mlsn.${draw.hex(64)}");`],
    ["src/a.ts", `const c = make("apify_api_${draw.mixed(36)}");`],
    ["src/a.ts", `const c = make("tvly-${draw.mixed(32)}");`],
    ["src/a.ts", `const c = make("ATTA${draw.hex(72)}");`],
    ["src/a.ts", `const c = make("aio_${draw.mixed(28)}");`],
    ["src/a.ts", `const c = make("sha256~${draw.urlSafe(43)}");`],
    ["src/a.ts", `const c = make("pat.${draw.urlSafe(22)}.${draw.hex(24)}.${draw.mixed(20)}");`],
    ["src/a.ts", `const c = make("AVNS_${draw.urlSafe(19)}");`],
    ["src/a.ts", `const c = make("napi_${draw.lower(64)}");`],
    ["src/a.ts", `const c = make("ico-${draw.mixed(32)}");`],
  ]),
];
