/** One step of the tour. */
export interface Step {
  /** What a reader should know first. */
  readonly says?: string;
  /** A shell command line. */
  readonly run: string;
  /** The exit status that it must have; 0 unless said. */
  readonly exit?: number;
}

const AS_ALICE = "-u alice@example.com --passphrase-file alice.pass";

/** What pprotect is for, in the order in which a team meets it. */
export const TOUR: readonly Step[] = [
  {
    says: "A repository, and a store with one key custodian",
    run: "git init -q -b main . && git config user.name Alice && git config user.email alice@example.com && printf '*.pass\\n' > .gitignore",
  },
  { run: `pprotect init ${AS_ALICE}` },
  {
    says: "Anyone can add a secret: no passphrase is asked for",
    run: `pprotect add-domain prod ${AS_ALICE}`,
  },
  { run: "printf 'hunter2' | pprotect add-secret prod db-password" },
  { run: "pprotect add-secret prod session-key --generate 48" },
  { run: "pprotect list-all-secrets" },
  { says: "The file is readable, and safe to commit", run: "cut -c1-76 protected.yaml" },
  { run: "pprotect check && git add -A && git commit -qm 'Add secrets' && git log --oneline" },
  {
    says: "Only an owner can read",
    run: "pprotect decrypt-domain prod --secret db-password --non-interactive",
    exit: 1,
  },
  { run: `pprotect decrypt-domain prod --secret db-password ${AS_ALICE}; echo` },
  {
    says: "A program gets the secrets, and nothing else does",
    run: `pprotect exec --domain prod --uppercase ${AS_ALICE} -- sh -c 'echo "connecting with a password of \${#DB_PASSWORD} characters"'`,
  },
  { says: "Two branches work on the store at once", run: "pprotect git install" },
  { run: "git add -A && git commit -qm 'Install pprotect' && git checkout -qb feature" },
  { run: "printf 'sk-feature' | pprotect add-secret prod api-key && git commit -qam 'Add the API key'" },
  {
    run: "git checkout -q main && printf 'smtp-pw' | pprotect add-secret prod smtp-password && git commit -qam 'Add SMTP'",
  },
  {
    says: "They merge by themselves",
    run: "git merge -q -m 'Merge feature' feature && pprotect check && pprotect list-domain-secrets prod",
  },
  {
    says: "A passphrase in plain text does not get into a commit",
    run: `printf 'password = "%s"\\n' 'kX9-vR2_pQ7w' > config.toml && git add config.toml && git commit -qm 'Add config'`,
    exit: 1,
  },
  {
    says: "What happened, without any passphrase",
    run: "git reset -q config.toml && pprotect git history prod",
  },
];
