import { base64, type CorpusKind, variants } from "./draw.ts";

/** Leaks of further kinds, written down before anything was measured on them. */
export const leaksThirdRound: readonly CorpusKind[] = [
  variants("notes and tickets", (draw) => [
    ["notes/onboarding.txt", `Staging login: admin / ${draw.mixed(14)}`],
    [
      "handover.txt",
      `The root password of the old box is ${draw.mixed(12)}, please change it after the move.`,
    ],
    ["tickets/OPS-431.txt", `> user: deploy\n> pw: ${draw.password()}\nworks for me`],
    [
      "standup.txt",
      `- new key for the geocoder (${draw.mixed(32)}) is in place, API key expires in May: ${draw.mixed(39)}`,
    ],
    ["meeting-notes.txt", `wifi guest network, passphrase: ${draw.password()}`],
  ]),
  variants("requests copied from a browser", (draw) => [
    [
      "repro.sh",
      `curl 'https://app.${draw.company()}.io/api/me' -H 'cookie: sessionid=${draw.mixed(40)}; theme=dark'`,
    ],
    [
      "cookies.txt",
      `.app.${draw.company()}.io\tTRUE\t/\tTRUE\t1799999999\tsession_token\t${draw.urlSafe(64)}`,
    ],
    ["dump/local-storage.json", `{"auth.accessToken": "${draw.urlSafe(60)}", "theme": "dark"}`],
    ["repro.ps1", `Invoke-WebRequest -Uri $u -Headers @{ "X-Auth-Token" = "${draw.mixed(40)}" }`],
    ["trace.txt", `> Set-Cookie: refresh_token=${draw.urlSafe(48)}; Path=/; HttpOnly; Secure`],
  ]),
  variants("games and desktop programs", (draw) => [
    ["export_presets.cfg", `keystore/release_password="${draw.password()}"`],
    [
      "Assets/Settings/Backend.asset",
      `  apiSecret: ${draw.plainKey()}\n  endpoint: https://api.${draw.company()}.io`,
    ],
    ["Config/DefaultCrypto.ini", `EncryptionKey="${draw.base64(32)}"`],
    ["electron-builder.env", `CSC_KEY_PASSWORD=${draw.password()}\nCSC_LINK=build/cert.p12`],
    [
      "installer/sign.bat",
      `signtool sign /f cert.pfx /p ${draw.mixed(14)} /t http://ts.${draw.company()}.io setup.exe`,
    ],
  ]),
  variants("data science", (draw) => [
    ["analysis/load.R", `Sys.setenv(WAREHOUSE_PASSWORD = "${draw.password()}")`],
    ["analysis/model.jl", `ENV["REGISTRY_TOKEN"] = "${draw.mixed(40)}"`],
    [
      "profiles.yml",
      `shop:\n  outputs:\n    prod:\n      type: postgres\n      user: dbt\n      pass: ${draw.password()}`,
    ],
    ["kaggle.json", `{"username":"${draw.person()}","key":"${draw.hex(32)}"}`],
    ["explore.ipynb", `{"cells":[{"cell_type":"code","source":["%env WANDB_API_KEY=${draw.hex(40)}"]}]}`],
  ]),
  variants("home automation", (draw) => [
    [
      "secrets.yaml",
      `wifi_ssid: home\nwifi_password: ${draw.password()}\napi_encryption_key: ${draw.base64(32)}`,
    ],
    ["esphome/lamp.yaml", `ota:\n  - platform: esphome\n    password: "${draw.hex(32)}"`],
    ["frigate.yml", `        - path: rtsp://viewer:${draw.mixed(12)}@10.0.4.${draw.int(200)}:554/stream1`],
    [
      "scripts/plex.sh",
      `curl "http://10.0.4.3:32400/library/sections/1/refresh?X-Plex-Token=${draw.urlSafe(20)}"`,
    ],
    [
      "zigbee2mqtt/configuration.yaml",
      `mqtt:\n  server: mqtt://10.0.4.2\n  user: z2m\n  password: ${draw.password()}`,
    ],
  ]),
  variants("build tools", (draw) => [
    [
      "build.sbt",
      `credentials += Credentials("Artifactory", "repo.${draw.company()}.io", "ci", "${draw.password()}")`,
    ],
    [
      "renovate.json",
      `{ "hostRules": [{ "matchHost": "npm.${draw.company()}.io", "token": "${draw.mixed(40)}" }] }`,
    ],
    [".bazelrc", `build --remote_header=x-buildbuddy-api-key=${draw.mixed(20)}`],
    [
      "profiles.clj",
      `{:auth {:repository-auth {#"clojars" {:username "ci" :password "${draw.password()}"}}}}`,
    ],
    ["init.gradle", `    credentials {\n      username 'ci'\n      password '${draw.password()}'\n    }`],
  ]),
  variants("enterprise systems", (draw) => [
    ["users.ldif", `dn: uid=app,ou=people,dc=x\nuserPassword: ${draw.password()}`],
    ["provision.ps1", `$pw = ConvertTo-SecureString "${draw.password()}" -AsPlainText -Force`],
    ["boot.properties", `username=weblogic\npassword=${draw.password()}`],
    ["nightly.sh", `sqlplus -s app/${draw.mixed(12)}@//db.${draw.company()}.io:1521/ORCL @report.sql`],
    ["sap/conn.ini", `ASHOST=sap.${draw.company()}.io\nUSER=RFC_USER\nPASSWD=${draw.mixed(10)}`],
  ]),
  variants("mail servers", (draw) => [
    ["dovecot/users", `info@${draw.company()}.io:{PLAIN}${draw.mixed(14)}::::::`],
    [
      "check.sh",
      `swaks --server mail.${draw.company()}.io --auth LOGIN --auth-user a@b.io --auth-password ${draw.mixed(14)}`,
    ],
    [
      "sogo.conf",
      `  SOGoUserSources = ({ type = sql; viewURL = "mysql://sogo:${draw.mixed(14)}@127.0.0.1/sogo/users"; });`,
    ],
    ["config/mail.exs", `  password: "${draw.password()}",\n  adapter: Swoosh.Adapters.SMTP,`],
    [
      "src/Mailer.cs",
      `client.Credentials = new NetworkCredential("noreply@${draw.company()}.io", "${draw.password()}");`,
    ],
  ]),
  variants("keys as numbers and other spellings", (draw) => [
    ["id.json", `[${[...draw.bytes(64)].join(",")}]`],
    [
      "firmware/main/keys.h",
      `static const uint8_t aes_key[16] = { ${[...draw.bytes(16)].map((b) => `0x${b.toString(16).padStart(2, "0")}`).join(", ")} };`,
    ],
    ["zigbee.yaml", `network_key: [${[...draw.bytes(16)].join(", ")}]`],
    ["src/auth.js", `const password = Buffer.from("${base64(draw.mixed(16))}", "base64").toString();`],
    ["src/auth.py", `SECRET_KEY = bytes.fromhex("${draw.hex(64)}")`],
  ]),
  variants("addresses that are secrets", (draw) => [
    [
      "calendar.yaml",
      `  ics: https://calendar.google.com/calendar/ical/team%40${draw.company()}.io/private-${draw.hex(32)}/basic.ics`,
    ],
    [
      "notify.sh",
      `curl -d @msg.json "https://${draw.company()}.webhook.office.com/webhookb2/${draw.uuid()}@${draw.uuid()}/IncomingWebhook/${draw.hex(32)}/${draw.uuid()}"`,
    ],
    [
      "alerts.yaml",
      `  url: https://chat.googleapis.com/v1/spaces/${draw.mixed(11)}/messages?key=AIza${draw.urlSafe(35)}&token=${draw.urlSafe(43)}`,
    ],
    [
      "hooks.json",
      `{ "zap": "https://hooks.zapier.com/hooks/catch/${draw.digits(7)}/${draw.lower(7)}/", "secret": "${draw.mixed(24)}" }`,
    ],
    [
      "upload.py",
      `SAS = "https://shop.blob.core.windows.net/in?sv=2023-11-03&sr=c&sp=rw&sig=${encodeURIComponent(draw.base64(32))}"`,
    ],
  ]),
  variants("test and load tools", (draw) => [
    ["jmeter/plan.jmx", `<stringProp name="HTTPSampler.password">${draw.mixed(14)}</stringProp>`],
    ["k6/load.js", `const params = { headers: { Authorization: \`Bearer ${draw.urlSafe(48)}\` } };`],
    ["cypress.env.json", `{ "adminUser": "qa", "adminPassword": "${draw.password()}" }`],
    ["robot/login.robot", `\${PASSWORD}    ${draw.password()}`],
    [
      "locustfile.py",
      `        self.client.post("/login", {"username": "load", "password": "${draw.password()}"})`,
    ],
  ]),
  variants("services behind other names", (draw) => [
    ["config.yml", `honeybadger:\n  api_key: hbp_${draw.mixed(36)}`],
    ["src/pay.php", `$razorpay = new Api('rzp_live_${draw.mixed(14)}', '${draw.mixed(24)}');`],
    ["agent.conf", `license_key = ${draw.hex(36)}NRAL`],
    ["src/maps.js", `mapboxgl.accessToken = "sk.eyJ1Ijoi${draw.mixed(50)}.${draw.mixed(22)}";`],
    ["fly.toml", `# FLY_API_TOKEN=FlyV1 fm2_${draw.base64Chars(200)}`],
  ]),
];
