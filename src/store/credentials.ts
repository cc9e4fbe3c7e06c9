/** Who acts, and the passphrase that proves it. */
export interface Creds {
  /** The key custodian's name. */
  readonly name: string;
  readonly passphrase: string;
}
