import { base64, type CorpusKind, type Draw, variants } from "./draw.ts";

/** Four words, as people draw them from a list. */
const phrase = (draw: Draw): string => [draw.word(), draw.word(), draw.word(), draw.word()].join("-");
/** Two words without anything between, and a number. */
const runTogether = (draw: Draw): string =>
  `${draw.word()}${draw.pick(["harbor", "lantern", "orchid", "walnut"])}${draw.between(1000, 9999)}`;

/** The words of an example wallet, in another order each time: their number and lengths count. */
const SEED_WORDS =
  "worry turkey property outdoor team satisfy quarter unusual install truth spray salmon desert ribbon office lizard mammal stamp amused blur immune essence potato topic".split(
    " ",
  );
const seedPhrase = (draw: Draw, count: 12 | 24): string => {
  const from = draw.int(SEED_WORDS.length);
  return Array.from({ length: count }, (_, index) => SEED_WORDS[(from + index * 5) % 24]).join(" ");
};

/** Leaks of further kinds, written down before the rules were looked at, as developers meet them in 2026. */
export const leaksSixthRound: readonly CorpusKind[] = [
  variants("phrases of words in settings", (draw) => [
    ["config/database.yml", `production:\n  username: app\n  password: ${phrase(draw)}\n  pool: 5`],
    ["application.conf", `db {\n  user = "app"\n  password = "${phrase(draw)}"\n}`],
    [".env", `APP_ENV=prod\nDB_PASSWORD=${phrase(draw)}`],
    ["settings.xml", `<server>\n  <id>releases</id>\n  <password>${phrase(draw)}</password>\n</server>`],
    ["hostapd.conf", `ssid=Office\nwpa_passphrase=${phrase(draw)}`],
    ["authelia/configuration.yml", `session:\n  secret: ${runTogether(draw)}`],
  ]),
  variants("phrases of words in code", (draw) => [
    ["src/db.php", `$db = new mysqli('${draw.host()}', 'app', '${phrase(draw)}', 'orders');`],
    ["src/client.rs", `client.get(url).basic_auth("app", Some("${phrase(draw)}")).send()`],
    ["db/users.sql", `CREATE USER 'app'@'%' IDENTIFIED BY '${phrase(draw)}';`],
    ["auth.go", `var jwtKey = []byte("${phrase(draw)}")`],
    ["gate.py", `return password == "${phrase(draw)}"`],
  ]),
  variants("phrases of words in commands", (draw) => [
    ["deploy.sh", `sshpass -p '${phrase(draw)}' rsync -az dist/ root@${draw.host()}:/var/www/`],
    ["docs/cache.md", `redis-cli -h ${draw.host()} -a ${phrase(draw)} llen jobs`],
    ["package.json", `"db": "mysql -h ${draw.host()} -u app -p${phrase(draw)} orders"`],
    ["backup.exp", `spawn ssh admin@${draw.host()}\nsend "${phrase(draw)}\\r"`],
    ["sign.sh", `openssl pkcs12 -in cert.p12 -nodes -passin pass:${phrase(draw)}`],
    ["Vagrantfile", `config.vm.provision "shell", inline: "echo 'root:${phrase(draw)}' | chpasswd"`],
  ]),
  variants("instructions for agents", (draw) => [
    [
      "AGENTS.md",
      `- The staging database is at ${draw.host()}, user \`app\`, password \`${draw.mixed(20)}\`.`,
    ],
    [".cursorrules", `- Log in to the admin site as \`admin\` with password \`${draw.mixed(14)}7\`.`],
    [
      ".claude/settings.local.json",
      `"Bash(curl -H \\"Authorization: Bearer ${draw.mixed(40)}\\" https://api.${draw.company()}.io/v1)",`,
    ],
    [
      ".mcp.json",
      `"args": ["-y", "server-postgres", "postgresql://app:${draw.mixed(18)}@${draw.host()}:5432/orders"]`,
    ],
    [".gemini/settings.json", `"headers": { "X-Api-Key": "${draw.mixed(32)}" }`],
  ]),
  variants("keys of language models", (draw) => [
    ["litellm.yaml", `    litellm_params:\n      model: azure/gpt-4o\n      api_key: ${draw.hex(32)}`],
    ["lib/mistral.ts", `const mistral = new Mistral({ apiKey: "${draw.mixed(32)}" });`],
    [".aider.conf.yml", `api-key:\n  - openrouter=sk-or-v1-${draw.hex(64)}`],
    ["train.sbatch", `module load cuda\nwandb login ${draw.hex(40)}\npython train.py`],
    ["compose.yaml", `LANGFUSE_SECRET_KEY: sk-lf-${draw.uuid()}`],
  ]),
  variants("words that restore a wallet", (draw) => [
    ["wallet.json", `{\n  "network": "mainnet",\n  "seed": "${seedPhrase(draw, 24)}"\n}`],
    ["notes/wallet.md", `Recovery words of the hardware wallet:\n\n${seedPhrase(draw, 12)}`],
    [".env", `MNEMONIC="${seedPhrase(draw, 12)}"`],
    ["wallet.txt", `Seed of the treasury wallet\n${seedPhrase(draw, 24)}`],
  ]),
  variants("keys of wallets in commands", (draw) => [
    ["deploy.sh", `forge script Deploy.s.sol --private-key 0x${draw.hex(64)} --broadcast`],
    ["scripts/send.sh", `cast send --private-key 0x${draw.hex(64)} --rpc-url $RPC_URL`],
  ]),
  variants("cookies in code", (draw) => [
    ["scrape.py", `cookies = {"PHPSESSID": "${draw.mixed(26)}", "lang": "de"}`],
    ["import.js", `const headers = { cookie: 'user_session=${draw.urlSafe(48)}; logged_in=yes' };`],
    ["fetch.rb", `headers = { "Cookie": "auth_token=${draw.mixed(40)}" }`],
  ]),
  variants("requests in files of an editor", (draw) => [
    [
      "smoke.http",
      `GET https://api.${draw.company()}.io/orders\nAuthorization: Basic app ${draw.mixed(14)}7`,
    ],
    ["record/orders.yml", `    headers:\n      Authorization:\n      - Bearer ${draw.mixed(32)}`],
    ["nginx.conf", `proxy_set_header Authorization "Basic ${base64(`app:${runTogether(draw)}`)}";`],
    ["compose.yml", `OTEL_EXPORTER_OTLP_HEADERS: x-honeycomb-team=${draw.mixed(22)}`],
  ]),
  variants("calls with a key of a service", (draw) => [
    ["src/Mail.cs", `var client = new PostmarkClient("${draw.uuid()}");`],
    [
      "src/Adyen.kt",
      `Client("AQE${draw.base64Chars(120)}-${draw.base64Chars(43)}=-${draw.mixed(16)}", Environment.LIVE)`,
    ],
    ["notify/mail.py", `server.login("bot@gmail.com", "${appPassword(draw)}")`],
    ["mix_hex.config", `{api_key, <<"${draw.hex(32)}">>}.`],
    ["src/Notify.cs", `var hook = "https://f.azurewebsites.net/api/notify?code=${draw.urlSafe(53)}==";`],
  ]),
  variants("keys named after what they belong to", (draw) => [
    ["app/etc/env.php", `    'crypt' => [\n        'key' => '${draw.hex(32)}'\n    ],`],
    ["config/app.yml", `encryption:\n  key: ${draw.hex(64)}`],
    ["config.json", `"session": {\n  "key": "${draw.hex(32)}"\n}`],
    ["alerts.yaml", `pagerduty_configs:\n  - routing_key: ${draw.hex(32)}`],
  ]),
  variants("network devices of one line", (draw) => [
    ["router/tacacs.cfg", `tacacs server T1\n address ipv4 10.0.0.5\n key ${runTogether(draw)}`],
    ["snmpd.conf", `rocommunity ${runTogether(draw)} 10.0.0.0/8`],
    ["router/mx.conf", `radius-server {\n  10.0.0.9 secret "${runTogether(draw)}";\n}`],
    ["clients.conf", `client wlc {\n  secret = ${runTogether(draw)}\n}`],
  ]),
  variants("logins in tests of a browser", (draw) => [
    ["cypress/e2e/login.cy.js", `cy.get('#password').type('${chosen(draw)}');`],
    ["e2e/login.spec.ts", `await page.fill('input[name="password"]', '${chosen(draw)}');`],
    ["tests/ui/test_login.py", `driver.find_element(By.ID, "password").send_keys("${chosen(draw)}")`],
    ["tests/conftest.py", `client.login("deploy", "${chosen(draw)}")`],
  ]),
  variants("passwords in other sentences", (draw) => [
    ["docs/access.txt", `Staging needs basic auth:\n\n  user: preview\n  pass: ${chosen(draw)}`],
    ["src/login.go", `// temporary: admin / ${draw.mixed(12)}42 until SSO is ready`],
    [
      "export/general.json",
      `"text": "the root password for 10.1.2.${draw.int(250)} is ${runTogether(draw)} thanks"`,
    ],
    ["report.tex", `Benutzer \\texttt{svc}, Passwort \\texttt{${draw.mixed(13)}9x}.`],
  ]),
  variants("passwords that end in a sign of the shell", (draw) => [
    [
      "join.ps1",
      `$pw = ConvertTo-SecureString "${draw.capital()}${draw.between(1990, 2026)}$" -AsPlainText -Force`,
    ],
    [
      "push.sh",
      `echo "${draw.capital()}-${draw.between(1990, 2026)}x" | docker login -u ci --password-stdin`,
    ],
  ]),
  variants("addresses of databases in other forms", (draw) => [
    ["job.properties", `source.url=jdbc:oracle:thin:app/${draw.mixed(12)}7@${draw.host()}:1521/PROD`],
    ["main.go", `const dsn = "app:${phrase(draw)}@tcp(${draw.host()}:3306)/orders"`],
    ["pg_service.conf", `[prod]\nhost=${draw.host()}\nuser=app\npassword=${phrase(draw)}`],
  ]),
];

function appPassword(draw: Draw): string {
  const group = () => draw.chars("bcdfghjklmnpqrstvwxz", 4);
  return [group(), group(), group(), group()].join(" ");
}

/** A password that a person made up, with capitals, digits and a sign. */
function chosen(draw: Draw): string {
  return draw.int(2) === 0
    ? `${draw.capital()}${draw.capital()}${draw.between(10, 99)}${draw.chars("!#*", 1)}`
    : `${draw.capital()}!${draw.capital()}${draw.between(1980, 2026)}`;
}
