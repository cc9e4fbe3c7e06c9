/** One step of the tour. */
export interface Step {
  /** What a reader should know first. */
  readonly says?: string;
  /** A shell command line. */
  readonly run: string;
  /** The exit status that it must have; 0 unless said. */
  readonly exit?: number;
  /** Whether docs/demo.svg shows it. */
  readonly pictured?: boolean;
}

/**
 * What pprotect is for, in the order in which a team meets it. `PPROTECT_USER` and `PPROTECT_PASSPHRASE_FILE` are set, so
 * that no question is asked.
 */
export const TOUR: readonly Step[] = [
  {
    says: "A repository, and a store with one key custodian",
    run: "git init -q -b main . && git config user.name Alice && git config user.email alice@example.com && printf '*.pass\\n' > .gitignore",
  },
  { run: "pprotect init -u alice@example.com --passphrase-file alice.pass" },
  {
    says: "Anyone can add a secret: no passphrase is asked for",
    run: "pprotect add-domain prod",
  },
  { run: "printf 'hunter2' | pprotect add-secret prod db-password", pictured: true },
  { run: "pprotect add-secret prod session-key --generate 48" },
  { run: "pprotect list-all-secrets" },
  {
    says: "The file is readable, and safe to commit",
    run: "head -n 7 protected.yaml | cut -c1-76",
    pictured: true,
  },
  { run: "pprotect check && git add -A && git commit -qm 'Add secrets' && git log --oneline" },
  {
    says: "Only an owner can read",
    run: "pprotect decrypt-domain prod --secret db-password --ignore-env --non-interactive",
    exit: 1,
  },
  { run: "pprotect decrypt-domain prod --secret db-password; echo" },
  {
    says: "A program gets the secrets, and nothing else does",
    run: `pprotect exec --domain prod --uppercase -- sh -c 'echo "\${#DB_PASSWORD} characters"'`,
    pictured: true,
  },
  { says: "Two branches work on the store at once", run: "pprotect git install" },
  { run: "git add -A && git commit -qm 'Install pprotect' && git checkout -qb feature" },
  { run: "printf 'sk-feature' | pprotect add-secret prod api-key && git commit -qam 'Add the API key'" },
  {
    run: "git checkout -q main && printf 'smtp-pw' | pprotect add-secret prod smtp-password && git commit -qam 'Add SMTP'",
  },
  {
    says: "They merge by themselves",
    run: "git merge -m 'Merge feature' feature",
    pictured: true,
  },
  { run: "pprotect check" },
  { run: "pprotect list-domain-secrets prod", pictured: true },
  {
    says: "A password in plain text does not get into a commit",
    run: `printf 'password = "kX9-vR2_pQ7w"\\n' > config.toml`, // pprotect:allow
    pictured: true,
  },
  {
    run: "git add config.toml && git commit -qm 'Add config'",
    exit: 1,
    pictured: true,
  },
  {
    says: "What happened, without any passphrase",
    run: "git reset -q config.toml && pprotect git history prod",
  },
];
