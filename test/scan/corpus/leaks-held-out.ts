import { base64, type CorpusKind, camel, type Draw, lines, small } from "./draw.ts";

function variants(kind: string, of: (draw: Draw) => readonly (readonly [string, string])[]): CorpusKind {
  return {
    kind,
    make: (draw) => {
      const [path, content] = draw.pick(of(draw));
      return { path, content: lines(content) };
    },
  };
}

/** Leaks of kinds that the rules were not written with; they are only measured. */
export const leaksHeldOut: readonly CorpusKind[] = [
  variants("settings of web frameworks", (draw) => [
    ["config/secrets.yml", `production:\n  secret_key_base: ${draw.hex(128)}`],
    [".env", `APP_KEY=base64:${draw.base64(32)}`],
    ["config/parameters.yml", `    mailer_password: '${draw.password()}'`],
    [
      "app/etc/env.php",
      `    'crypt' => [ 'key' => '${draw.hex(32)}' ],\n    'password' => '${draw.password()}',`,
    ],
    ["config/config.exs", `config :app, Repo, username: "app", password: "${draw.password()}"`],
    ["appsettings.Production.json", `  "Jwt": { "Key": "x", "Secret": "${draw.base64(32)}" }`],
    ["local_settings.py", `DATABASES = {"default": {"USER": "app", "PASSWORD": "${draw.password()}"}}`],
    ["config/mail.php", `        'password' => env('MAIL_PASSWORD', '${draw.password()}'),`],
  ]),
  variants("message brokers and search engines", (draw) => [
    [
      "kafka.properties",
      `sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="app" password="${draw.password()}";`,
    ],
    ["elasticsearch.yml", `xpack.security.http.ssl.keystore.secure_password: ${draw.mixed(14)}`],
    ["rabbitmq.conf", `default_pass = ${draw.password()}`],
    ["nats.conf", `  authorization { user: app, password: "${draw.password()}" }`],
    ["solr/security.json", `  "zkCredentials": { "digestPassword": "${draw.password()}" }`],
    ["celeryconfig.py", `broker_url = "amqp://app:${draw.mixed(14)}@${draw.host()}//"`],
  ]),
  variants("mobile applications", (draw) => [
    ["android/gradle.properties", `MYAPP_UPLOAD_STORE_PASSWORD=${draw.password()}`],
    ["android/app/build.gradle", `            keyPassword "${draw.password()}"`],
    ["fastlane/.env", `FASTLANE_PASSWORD=${draw.password()}`],
    ["ios/Info.plist", `<key>ClientSecret</key><string>${draw.plainKey()}</string>`],
    ["lib/env.dart", `  static const apiSecret = "${draw.plainKey()}";`],
    ["app.config.js", `  extra: { apiToken: "${draw.plainKey()}" },`],
  ]),
  variants("infrastructure as code", (draw) => [
    ["template.yaml", `  DbPassword:\n    Type: String\n    Default: ${draw.password()}`],
    ["cdk/stack.ts", `    masterUserPassword: SecretValue.unsafePlainText("${draw.password()}"),`],
    ["Pulumi.prod.yaml", `config:\n  app:dbPassword: ${draw.password()}`],
    [
      "main.tf",
      `resource "aws_db_instance" "db" {\n  username = "app"\n  password = "${draw.password()}"\n}`,
    ],
    [
      "kustomization.yaml",
      `secretGenerator:\n  - name: db\n    literals:\n      - password=${draw.password()}`,
    ],
    ["cloud-init.yaml", `chpasswd:\n  list: |\n    root:${draw.password()}`],
    ["Vagrantfile", `  config.ssh.password = "${draw.password()}"`],
    ["inventory.yml", `    ansible_become_pass: ${draw.password()}`],
  ]),
  variants("Kubernetes, other ways", (draw) => [
    ["k8s/secret.yml", `kind: Secret\nstringData:\n  smtp: ${draw.password()}`],
    ["k8s/cm.yaml", `kind: ConfigMap\ndata:\n  API_TOKEN: ${draw.plainKey()}`],
    ["k8s/pod.json", `  "env": [{"name": "DB_PASSWORD", "value": "${draw.password()}"}]`],
    ["k8s/cron.yaml", `          args: ["--password=${draw.password()}"]`],
    ["helmfile.yaml", `      - name: auth.password\n        value: ${draw.password()}`],
    [
      "k8s/secret.yaml",
      `kind: Secret\ntype: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: ${base64(JSON.stringify({ auths: { r: { auth: base64(`ci:${draw.mixed(14)}`) } } }))}`,
    ],
  ]),
  variants("clients of APIs", (draw) => [
    ["src/openai.py", `client = OpenAI(api_key="sk-proj-${draw.urlSafe(74)}T3BlbkFJ${draw.urlSafe(74)}")`],
    ["src/s3.py", `s3 = boto3.client("s3", aws_secret_access_key="${draw.base64Chars(40)}")`],
    ["src/twilio.js", `const client = twilio("AC${draw.hex(32)}", "${draw.hex(32)}"); // auth token`],
    ["src/slack.go", `\tapi := slack.New("xoxb-${draw.digits(12)}-${draw.digits(13)}-${draw.mixed(24)}")`],
    ["src/mail.rb", `  password: "${draw.password()}", authentication: :login`],
    ["src/Client.java", `  HttpRequest.newBuilder().header("X-Api-Key", "${draw.plainKey()}")`],
    ["src/client.rs", `    .bearer_auth("${draw.urlSafe(43)}") // access token`],
    ["src/axios.js", `axios.defaults.headers.common["Authorization"] = "Bearer ${draw.urlSafe(43)}";`],
  ]),
  variants("scripts of operators", (draw) => [
    ["backup.sh", `export RESTIC_PASSWORD='${draw.password()}'`],
    ["sync.sh", `rsync --password-file=<(echo ${draw.mixed(14)}) a b`],
    ["deploy.sh", `sudo -u app env SECRET_KEY=${draw.plainKey()} ./run`],
    ["crontab", `0 3 * * * PGPASSWORD=${draw.mixed(14)} pg_dump app > /backup/app.sql`],
    ["migrate.sh", `flyway -url=jdbc:postgresql://db/app -user=app -password=${draw.password()} migrate`],
    ["Makefile", `export AUTH_TOKEN := ${draw.plainKey()}`],
    ["entrypoint.sh", `ADMIN_PASSWORD="\${ADMIN_PASSWORD:=${draw.mixed(14)}}"`],
    ["setup.fish", `set -gx API_KEY ${draw.plainKey()}`],
    ["test.http", `GET https://api.x.io/v1?apikey=${draw.mixed(32)}`],
  ]),
  variants("comments and leftovers", (draw) => [
    ["src/db.ts", `// old: password = "${draw.password()}"`],
    ["src/db.py", `# TODO remove: DB_PASSWORD = "${draw.password()}"`],
    ["config.yml", `# password: ${draw.password()}`],
    ["src/app.js", `console.log("token", "${draw.mixed(40)}"); // apiToken = "${draw.mixed(40)}"`],
    [".env.bak", `DB_PASSWORD=${draw.password()}`],
    ["config.yaml.orig", `  api_token: ${draw.plainKey()}`],
  ]),
  variants("other structures", (draw) => [
    ["settings.json", `{"credentials":{"user":"app","secret":"${draw.plainKey()}"}}`],
    ["data.toml", `[auth]\ntoken = '${draw.plainKey()}'`],
    [
      "config.xml",
      `<setting name="ApiSecret" serializeAs="String">\n  <value>${draw.plainKey()}</value>\n</setting>`,
    ],
    ["users.csv", `user,password\nadmin,${draw.mixed(14)}`],
    ["app.ini", `[smtp]\nuser = app\npass = ${draw.password()}`],
    ["config.edn", `{:db {:password "${draw.password()}"}}`],
    ["conf.lua", `db_password = "${draw.password()}"`],
    ["config.php", `$config['${small(draw.passwordName())}'] = '${draw.password()}';`],
    ["src/conf.ts", `export const config = { ${camel(draw.keyName())}: \`${draw.plainKey()}\` };`],
  ]),
  variants("keys in other wrappings", (draw) => {
    const body = Array.from({ length: 6 }, () => draw.base64Chars(64));
    const edge = (word: string) => `${"-".repeat(5)}${word} RSA PRIVATE KEY${"-".repeat(5)}`;
    return [
      ["src/Key.java", `    "${edge("BEGIN")}\\n" +\n${body.map((line) => `    "${line}\\n" +`).join("\n")}`],
      [".env", `JWT_PRIVATE_KEY="${edge("BEGIN")}\\n${body.join("\\n")}\\n${edge("END")}\\n"`],
      ["app.tfvars", `private_key = <<EOT\n${edge("BEGIN")}\n${body.join("\n")}\n${edge("END")}\nEOT`],
      ["key.json", JSON.stringify({ key: `${edge("BEGIN")}\n${body.join("\n")}\n${edge("END")}\n` })],
      ["wg.conf", `[Interface]\nPrivateKey = ${draw.base64(32)}`],
      ["keys.txt", `AGE-SECRET-KEY-1${draw.chars("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)}`],
    ];
  }),
  variants("tokens of services, third list", (draw) => [
    ["a.py", `T = "glsa_${draw.mixed(32)}_${draw.hex(8)}"`],
    ["a.py", `T = "lin_api_${draw.mixed(40)}"`],
    ["a.py", `T = "ntn_${draw.digits(11)}${draw.mixed(35)}"`],
    ["a.py", `T = "figd_${draw.urlSafe(43)}"`],
    ["a.py", `T = "shpat_${draw.hex(32)}"`],
    ["a.py", `T = "dckr_pat_${draw.urlSafe(27)}"`],
    ["a.py", `T = "hvs.${draw.urlSafe(95)}"`],
    ["a.py", `T = "pypi-AgEIcHlwaS5vcmc${draw.urlSafe(150)}"`],
    ["a.py", `T = "r8_${draw.mixed(37)}"`],
    ["a.py", `T = "xai-${draw.mixed(80)}"`],
    ["a.py", `T = "PMAK-${draw.hex(24)}-${draw.hex(34)}"`],
    ["a.py", `T = "sntryu_${draw.hex(64)}"`],
    ["a.py", `T = "tskey-auth-${draw.mixed(12)}CNTRL-${draw.mixed(32)}"`],
    ["a.py", `T = "ya29.${draw.urlSafe(120)}"`],
    ["a.py", `T = "${draw.hex(32)}-us${draw.between(1, 21)}"`],
    ["a.py", `T = "AQVN${draw.urlSafe(36)}"`],
    ["a.py", `T = "rubygems_${draw.hex(48)}"`],
    ["a.py", `T = "sk-lf-${draw.uuid()}"`],
  ]),
];
