import { base64, type CorpusKind, lines } from "./draw.ts";

/** PKCS#12 starts with a sequence of version 3 and the object id of data: RFC 7292. */
function pkcs12(body: Uint8Array): Uint8Array {
  const head = [0x30, 0x82, 0x09, 0x71, 0x02, 0x01, 0x03, 0x30, 0x82, 0x09, 0x37];
  const oid = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
  return Uint8Array.from([...head, ...oid, ...body]);
}

/** A Java keystore starts with a magic number, version 2, and the number of entries. */
function javaKeystore(body: Uint8Array): Uint8Array {
  return Uint8Array.from([0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, ...body]);
}

/** Leaks in files that are known by their names or their shape, of the kinds that the rules were written with. */
export const leaksInFiles: readonly CorpusKind[] = [
  {
    kind: ".netrc",
    make: (draw) => ({
      path: draw.pick([".netrc", "home/_netrc", "ci/.netrc"]),
      content:
        draw.int(2) === 0
          ? lines(`machine api.${draw.company()}.io login ${draw.person()} password ${draw.password()}`)
          : lines(
              `machine git.${draw.company()}.io`,
              `  login ${draw.person()}`,
              `  password ${draw.password()}`,
            ),
    }),
  },
  {
    kind: ".pgpass",
    make: (draw) => ({
      path: draw.pick([".pgpass", "docker/pgpass"]),
      content: lines(`${draw.host()}:5432:${draw.database()}:${draw.person()}:${draw.password()}`),
    }),
  },
  {
    kind: "docker credentials",
    make: (draw) => {
      const auth = base64(`${draw.person()}:${draw.password()}`);
      return {
        path: draw.pick([".docker/config.json", ".dockercfg", "docker/config.json", ".dockerconfigjson"]),
        content: `${JSON.stringify({ auths: { [`registry.${draw.company()}.io`]: { auth } } }, undefined, 2)}\n`,
      };
    },
  },
  {
    kind: ".htpasswd",
    make: (draw) => ({
      path: draw.pick([".htpasswd", "nginx/.htpasswd", "conf/htpasswd"]),
      content: lines(
        `${draw.person()}:${draw.pick([
          `$apr1$${draw.mixed(8)}$${draw.mixed(22)}`,
          `$2y$05$${draw.mixed(53)}`,
          `{SHA}${draw.base64(20)}`,
        ])}`,
      ),
    }),
  },
  {
    kind: "Rails master key",
    make: (draw) => ({
      path: draw.pick(["config/master.key", "config/credentials/production.key"]),
      content: draw.int(2) === 0 ? draw.hex(32) : `${draw.hex(32)}\n`,
    }),
  },
  {
    kind: "PKCS#12 file",
    make: (draw) => ({
      path: draw.pick(["certs/client.p12", "ios/dist.pfx", "keys/bundle.bin"]),
      content: pkcs12(draw.bytes(400)),
    }),
  },
  {
    kind: "Java keystore",
    make: (draw) => ({
      path: draw.pick(["android/release.jks", "src/main/resources/keystore.jks", "app/upload.keystore"]),
      content: javaKeystore(draw.bytes(400)),
    }),
  },
  {
    kind: "FileZilla sites",
    make: (draw) => ({
      path: draw.pick(["sitemanager.xml", "backup/recentservers.xml", "filezilla.xml"]),
      content: lines(
        "<FileZilla3>",
        "  <Servers><Server>",
        `    <Host>ftp.${draw.company()}.io</Host>`,
        `    <User>${draw.person()}</User>`,
        `    <Pass encoding="base64">${base64(draw.password())}</Pass>`,
        "  </Server></Servers>",
        "</FileZilla3>",
      ),
    }),
  },
  {
    kind: ".git-credentials",
    make: (draw) => ({
      path: draw.pick([".git-credentials", "ci/.git-credentials"]),
      content: lines(`https://${draw.person()}:${draw.mixed(draw.between(12, 40))}@git.${draw.company()}.io`),
    }),
  },
  {
    kind: "Vault token file",
    make: (draw) => ({
      path: ".vault-token",
      content: draw.pick([`s.${draw.mixed(24)}`, draw.uuid(), `hvs.${draw.urlSafe(90)}`]),
    }),
  },
  {
    kind: "older Vault token",
    make: (draw) => ({
      path: draw.pick(["scripts/login.sh", "config.yaml", "src/vault.go"]),
      content: lines(
        draw.pick([
          `export VAULT_TOKEN=s.${draw.mixed(24)}`,
          `vault login s.${draw.mixed(24)}`,
          `  token: "s.${draw.mixed(24)}"`,
        ]),
      ),
    }),
  },
  {
    kind: "value alone in a file",
    make: (draw) => {
      const [path, value] = draw.pick([
        ["secrets/db_password.txt", draw.password()],
        ["secrets/db_password", draw.password()],
        ["config/jwt.secret", draw.plainKey()],
        ["docker/secrets/api_key", draw.plainKey()],
        ["deploy/token.txt", draw.plainKey()],
        [".vault_pass", draw.password()],
        ["ansible/vault-password.txt", draw.password()],
        ["keys/encryption.key", draw.base64(32)],
        ["api-token", draw.plainKey()],
      ] as const);
      return { path, content: draw.int(2) === 0 ? value : `${value}\n` };
    },
  },
];
