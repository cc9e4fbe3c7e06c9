/** Credentials: a key custodian and its passphrase. */
export interface Creds {
  /** The key custodian's name. */
  readonly name: string;
  readonly passphrase: string;
}
