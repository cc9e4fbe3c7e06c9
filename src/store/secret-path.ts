/** A domain and a secret of it. */
export interface SecretPath {
  readonly domain: string;
  readonly secret: string;
}

/**
 * Splits `DOMAIN/SECRET` at the last slash: the name of a domain may have slashes, that of a secret has none.
 * @returns `undefined` when there is no slash
 */
export function splitSecretPath(path: string): SecretPath | undefined {
  const at = path.lastIndexOf("/");
  return at === -1 ? undefined : { domain: path.slice(0, at), secret: path.slice(at + 1) };
}
