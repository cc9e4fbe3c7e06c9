import { type ErrorCode, PprotectError } from "../common/errors.ts";

/** No source has the secret, or the store has no such domain. Codes: `no_such_secret`, `no_such_domain`. */
export class SecretNotFoundError extends PprotectError {
  override readonly name: string = "SecretNotFoundError";
}

/**
 * The secret is there and cannot be decrypted: no or wrong credentials, not an owner of the domain, or a damaged value
 * or file. Codes: `missing_credentials`, `wrong_credentials`, `not_owner`, `cannot_open`.
 */
export class SecretDecryptionError extends PprotectError {
  override readonly name: string = "SecretDecryptionError";
}

/** The system's keyring is locked, refuses, or does not answer: the secret may be in it. Code: `keyring_unavailable`. */
export class KeyringUnavailableError extends PprotectError {
  override readonly name: string = "KeyringUnavailableError";
}

const CLASSES: Partial<Record<ErrorCode, typeof SecretNotFoundError>> = {
  no_such_secret: SecretNotFoundError,
  no_such_domain: SecretNotFoundError,
  missing_credentials: SecretDecryptionError,
  wrong_credentials: SecretDecryptionError,
  not_owner: SecretDecryptionError,
  cannot_open: SecretDecryptionError,
  keyring_unavailable: KeyringUnavailableError,
};

/** The error that an application catches: of the class for its code, with the same code, message and hint. */
export function libraryError(error: unknown): unknown {
  if (!(error instanceof PprotectError)) return error;
  const { code, message, fix, cause } = error;
  const Class = CLASSES[code];
  if (!Class || error instanceof Class) return error;
  return new Class(code, message, fix, cause === undefined ? undefined : { cause });
}

/** Runs an action. @throws its error as {@link libraryError} makes it */
export function convertingErrors<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw libraryError(error);
  }
}
