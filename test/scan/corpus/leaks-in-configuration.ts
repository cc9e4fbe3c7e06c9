import { base64, type CorpusKind, camel, lines, small } from "./draw.ts";

/** Leaks in configuration, of the kinds that the rules were written with. */
export const leaksInConfiguration: readonly CorpusKind[] = [
  {
    kind: "password in YAML",
    make: (draw) => ({
      path: draw.pick([
        "config/database.yml",
        "config/settings.yaml",
        "deploy/values.yaml",
        "application.yml",
      ]),
      content: lines(
        "production:",
        `  host: ${draw.host()}`,
        `  username: ${draw.person()}`,
        `  ${draw.pick(["password", "db_password", "adminPassword", "smtp-password"])}: ${draw.password()}`,
        `  pool: ${draw.between(5, 50)}`,
      ),
    }),
  },
  {
    kind: "quoted token with dots",
    make: (draw) => ({
      path: draw.pick(["src/config.py", "src/settings.ts", "lib/client.rb", "app.toml"]),
      content: lines(
        `${draw.keyName()} = "${draw.mixed(draw.between(6, 12))}.${draw.mixed(draw.between(6, 12))}.${draw.mixed(8)}"`,
      ),
    }),
  },
  {
    kind: ".env of an application",
    make: (draw) => ({
      path: draw.pick([".env", "backend/.env.production", ".env.local", "services/api/prod.env"]),
      content: lines(
        "NODE_ENV=production",
        `PORT=${draw.between(3000, 9000)}`,
        `DB_HOST=${draw.host()}`,
        `${draw.passwordName()}=${draw.password()}`,
        `${draw.keyName()}=${draw.key()}`,
      ),
    }),
  },
  {
    kind: "Kubernetes env, name and value",
    make: (draw) => ({
      path: draw.pick(["k8s/deployment.yaml", "deploy/api.yml", "manifests/worker.yaml"]),
      content: lines(
        "    spec:",
        "      containers:",
        `        - name: ${draw.service()}`,
        `          image: registry.${draw.company()}.io/${draw.service()}:1.${draw.int(30)}`,
        "          env:",
        "            - name: LOG_LEVEL",
        "              value: info",
        `            - name: ${draw.passwordName()}`,
        `              value: ${draw.int(2) === 0 ? draw.password() : `"${draw.password()}"`}`,
      ),
    }),
  },
  {
    kind: "ECS task definition",
    make: (draw) => ({
      path: draw.pick(["ecs/task-definition.json", "taskdef.json"]),
      content:
        draw.int(2) === 0
          ? lines(
              '{ "containerDefinitions": [{',
              '  "environment": [',
              `    { "name": "REGION", "value": "eu-west-1" },`,
              `    { "name": "${draw.keyName()}", "value": "${draw.key()}" }`,
              "  ]",
              "}] }",
            )
          : `${JSON.stringify({ environment: [{ name: draw.passwordName(), value: draw.password() }] }, undefined, 2)}\n`,
    }),
  },
  {
    kind: "Postman environment",
    make: (draw) => ({
      path: `postman/${draw.company()}.postman_environment.json`,
      content: `${JSON.stringify(
        {
          name: "production",
          values: [
            { key: "baseUrl", value: `https://api.${draw.company()}.io`, enabled: true },
            { key: camel(draw.keyName()), value: draw.key(), type: "secret", enabled: true },
          ],
        },
        undefined,
        "\t",
      )}\n`,
    }),
  },
  {
    kind: "property list",
    make: (draw) => ({
      path: draw.pick(["ios/App/Config.plist", "macos/Secrets.plist"]),
      content: lines(
        '<plist version="1.0">',
        "<dict>",
        `\t<key>${draw.pick(["APIKey", "ClientSecret", "apiSecret", "AccessToken"])}</key>`,
        `\t<string>${draw.plainKey()}</string>`,
        "</dict>",
        "</plist>",
      ),
    }),
  },
  {
    kind: "XML settings, key and value",
    make: (draw) => ({
      path: draw.pick(["Web.config", "App.config", "src/Api/appSettings.config"]),
      content: lines(
        "<configuration>",
        "  <appSettings>",
        `    <add key="${draw.pick(["ApiKey", "SmtpPassword", "JwtSecret", "Storage.AccessKey"])}" value="${draw.int(2) === 0 ? draw.password().replace(/[&<]/g, "_") : draw.plainKey()}" />`,
        "  </appSettings>",
        "</configuration>",
      ),
    }),
  },
  {
    kind: "list of variables in a compose file",
    make: (draw) => ({
      path: draw.pick(["docker-compose.yml", "compose.yaml", "docker/compose.prod.yml"]),
      content: lines(
        "services:",
        "  db:",
        "    image: mysql:8",
        "    environment:",
        draw.int(2) === 0
          ? `      - ${draw.passwordName()}=${draw.password()}`
          : `      - "${draw.passwordName()}=${draw.password()}"`,
      ),
    }),
  },
  {
    kind: "systemd unit",
    make: (draw) => ({
      path: `deploy/${draw.service()}.service`,
      content: lines(
        "[Service]",
        `ExecStart=/opt/${draw.service()}/run`,
        draw.int(2) === 0
          ? `Environment="${draw.passwordName()}=${draw.password()}"`
          : `Environment=${draw.keyName()}=${draw.plainKey()}`,
        "Restart=always",
      ),
    }),
  },
  {
    kind: "default in a shell expansion",
    make: (draw) => ({
      path: draw.pick(["scripts/deploy.sh", "docker-compose.yml", "entrypoint.sh"]),
      content: lines(
        draw.pick([
          `export ${"DB_PASSWORD"}="\${DB_PASSWORD:-${draw.password().replace(/[!~]/g, "x")}}"`,
          `      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD:-${draw.password()}}`,
          `: "\${API_TOKEN:=${draw.plainKey()}}"`,
        ]),
      ),
    }),
  },
  {
    kind: "default in a Spring placeholder",
    make: (draw) => ({
      path: draw.pick(["src/main/resources/application.yml", "src/main/resources/application.properties"]),
      content: lines(
        draw.pick([
          `spring.datasource.password=\${DB_PASSWORD:${draw.password()}}`,
          `    password: \${SPRING_DATASOURCE_PASSWORD:${draw.password()}}`,
          `jwt.secret=\${JWT_SECRET:${draw.plainKey()}}`,
        ]),
      ),
    }),
  },
  {
    kind: "value on the next line, configuration",
    make: (draw) => ({
      path: draw.pick(["config/app.yaml", "group_vars/all.yml"]),
      content: lines(
        `${small(draw.keyName())}: ${draw.pick([">-", "|", ""])}`.trimEnd(),
        `  ${draw.plainKey()}`,
        "region: eu-central-1",
      ),
    }),
  },
  {
    kind: "JSON in JSON",
    make: (draw) => ({
      path: draw.pick(["secrets/app.json", "infra/stack.json", "fixtures.json"]),
      content: `${JSON.stringify({
        SecretString: JSON.stringify({ username: draw.person(), password: draw.password(), port: 5432 }),
      })}\n`,
    }),
  },
  {
    kind: "notebook",
    make: (draw) => {
      const source = draw.pick([
        `api_key = "${draw.plainKey()}"\n`,
        `os.environ["${draw.keyName()}"] = "${draw.plainKey()}"\n`,
        `conn = connect(host="db", user="${draw.person()}", password="${draw.password()}")\n`,
      ]);
      return {
        path: `notebooks/${draw.word()}.ipynb`,
        content: `${JSON.stringify({ cells: [{ cell_type: "code", source: ["import os\n", source], outputs: [] }] }, undefined, 1)}\n`,
      };
    },
  },
  {
    kind: "output of a notebook",
    make: (draw) => ({
      path: `analysis/${draw.word()}.ipynb`,
      content: `${JSON.stringify(
        {
          cells: [
            {
              cell_type: "code",
              source: ["print(config)"],
              outputs: [{ text: [`{'user': '${draw.person()}', 'password': '${draw.password()}'}\n`] }],
            },
          ],
        },
        undefined,
        1,
      )}\n`,
    }),
  },
  {
    kind: "Django key",
    make: (draw) => ({
      path: draw.pick(["mysite/settings.py", "config/settings/base.py"]),
      content: lines(
        "DEBUG = False",
        `SECRET_KEY = "${draw.int(2) === 0 ? "django-insecure-" : ""}${draw.chars("abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)", 50)}"`,
      ),
    }),
  },
  {
    kind: "WordPress salts",
    make: (draw) => {
      const salt = () =>
        draw.chars(
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*()-_ []{}<>~`+=,.;:/?|",
          64,
        );
      return {
        path: "wp-config.php",
        content: lines(
          `define('AUTH_KEY',         '${salt()}');`,
          `define('SECURE_AUTH_KEY',  '${salt()}');`,
          `define('NONCE_SALT',       '${salt()}');`,
        ),
      };
    },
  },
  {
    kind: "UTF-16 file",
    make: (draw) => {
      const text = draw.pick([
        `$env:DB_PASSWORD = "${draw.password()}"\r\n$env:API_KEY = "${draw.plainKey()}"\r\n`,
        `DB_PASSWORD=${draw.password()}\r\nAPI_KEY=${draw.plainKey()}\r\n`,
      ]);
      const little = Buffer.from(`\ufeff${text}`, "utf16le");
      return {
        path: draw.pick(["deploy/set-env.ps1", "config/app.env", "export.txt"]),
        content: draw.int(2) === 0 ? little : Buffer.from(little).swap16(),
      };
    },
  },
  {
    kind: "Kubernetes Secret, encoded",
    make: (draw) => ({
      path: draw.pick(["k8s/secret.yaml", "manifests/credentials.yml"]),
      content: lines(
        "apiVersion: v1",
        "kind: Secret",
        "metadata:",
        `  name: ${draw.service()}`,
        "type: Opaque",
        "data:",
        `  ${draw.pick(["config", "db", "api", "value", "main"])}: ${base64(draw.password())}`,
      ),
    }),
  },
  {
    kind: "kubeconfig",
    make: (draw) => ({
      path: draw.pick([".kube/config", "kubeconfig.yaml", "ops/admin.conf"]),
      content: lines(
        "apiVersion: v1",
        "kind: Config",
        "users:",
        "- name: admin",
        "  user:",
        draw.int(2) === 0
          ? `    token: ${draw.mixed(draw.pick([16, 32, 43]))}`
          : `    client-key-data: ${base64(`-----BEGIN RSA PRIVATE ${"KEY"}-----\n${draw.base64(480)}\n`)}`,
      ),
    }),
  },
  {
    kind: "terraform state",
    make: (draw) => ({
      path: draw.pick(["terraform.tfstate", "infra/prod.tfstate", "terraform.tfstate.backup"]),
      content: `${JSON.stringify(
        {
          version: 4,
          resources: [
            {
              type: "aws_db_instance",
              instances: [{ attributes: { id: "db-1", password: draw.password(), username: "app" } }],
            },
          ],
        },
        undefined,
        2,
      )}\n`,
    }),
  },
  {
    kind: "Helm values and Ansible variables",
    make: (draw) => ({
      path: draw.pick(["charts/app/values.yaml", "group_vars/prod.yml", "inventory/hosts.ini"]),
      content: lines(
        draw.pick([
          `auth:\n  rootPassword: "${draw.password()}"`,
          `mysql_root_password: ${draw.password()}`,
          `vault_api_token: '${draw.plainKey()}'`,
          `web1 ansible_host=10.0.0.${draw.int(200)} ansible_user=root ansible_password=${draw.password()}`,
        ]),
      ),
    }),
  },
  {
    kind: "decrypted dump of a store",
    make: (draw) => ({
      path: draw.pick(["dump.yaml", "decrypted.json", "secrets.txt"]),
      content: lines(
        `database-password: ${draw.password()}`,
        `stripe-webhook-secret: ${draw.plainKey()}`,
        `session-key: ${draw.plainKey()}`,
      ),
    }),
  },
  {
    kind: "Java properties and ini files",
    make: (draw) => ({
      path: draw.pick(["gradle.properties", "config/app.properties", "etc/service.ini", "app.conf"]),
      content: lines(
        `# ${draw.service()}`,
        draw.pick([
          `db.password=${draw.password()}`,
          `mail.smtp.password = ${draw.password()}`,
          `signing.keyPassword=${draw.password()}`,
          `api.secret=${draw.plainKey()}`,
          `keystore.password: ${draw.password()}`,
        ]),
      ),
    }),
  },
];
