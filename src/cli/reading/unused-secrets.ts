import { dirname, join } from "node:path";
import { MANIFEST_FILE } from "../../exec/manifest-file.ts";
import { type NamedSecret, secretsNamedIn } from "../../exec/named-secrets.ts";
import { filesWith } from "../../git/files-with.ts";
import { repositoryOf } from "../../git/trust/key-origin.ts";
import { readAccessLog } from "../../lease/access-log/files.ts";
import { entriesIn } from "../../lease/access-log/filter.ts";
import type { StoreData } from "../../store/store-data.ts";
import { stateDirectory } from "../../system/state-directory.ts";

/** What the access log calls a read that shows nothing of a use: what reads whole domains to check or to change them. */
const NOT_A_USE = new Set(["check", "access", "offboard", "rotate-domain-keys", "rename-domain"]);

/**
 * The secrets, as `DOMAIN/NAME`, that no manifest and no template of the repository names and that this user's access log
 * of this machine has not seen read. Others may use them in ways that leave no trace here.
 *
 * @param path the store's real path
 */
export async function unusedSecrets(path: string, store: StoreData): Promise<Set<string>> {
  const named = [...(await namedSecrets(path)), ...readSecrets(path)];
  const isNamed = (domain: string, secret: string): boolean =>
    named.some(
      (each) =>
        (each.domain === undefined || each.domain === domain) &&
        (each.name === undefined || each.name === secret),
    );
  return new Set(
    [...store.domains].flatMap(([domain, { secrets }]) =>
      [...secrets.keys()].filter((secret) => !isNamed(domain, secret)).map((secret) => `${domain}/${secret}`),
    ),
  );
}

async function namedSecrets(path: string): Promise<NamedSecret[]> {
  const beside = join(dirname(path), MANIFEST_FILE);
  const found = await repositoryOf(path);
  const tracked = found
    ? [...(await filesWith(found.repository, "{{")), ...(await filesWith(found.repository, '"secrets"'))].map(
        (file) => join(found.repository.root, file),
      )
    : [];
  return [...new Set([beside, ...tracked])].flatMap(secretsNamedIn);
}

/** What was read; a read of a whole domain has no name. */
function readSecrets(path: string): { readonly domain: string; readonly name: string | undefined }[] {
  return readAccessLog(stateDirectory(process.env))
    .flatMap(([, text]) => entriesIn(text))
    .filter(({ action }) => !NOT_A_USE.has(action))
    .flatMap(({ domains = [] }) => domains)
    .filter(({ store }) => store === path)
    .flatMap(({ domain, secrets }) => (secrets ?? [undefined]).map((name) => ({ domain, name })));
}
