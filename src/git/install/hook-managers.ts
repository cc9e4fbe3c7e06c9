import { GUARD_COMMAND } from "./hook-script.ts";

/** A tool that manages the hooks, configured by a file of the project. */
export interface HookManager {
  readonly name: string;
  /** Its configuration file, relative to the root. */
  readonly file: string;
  /** What to add to the file. */
  readonly lines: string;
}

const LEFTHOOK_YAML = `pre-commit:
  commands:
    pprotect:
      run: ${GUARD_COMMAND}
`;

const LEFTHOOK_TOML = `[pre-commit.commands.pprotect]
run = "${GUARD_COMMAND}"
`;

const LEFTHOOK_JSON = `"pre-commit": { "commands": { "pprotect": { "run": "${GUARD_COMMAND}" } } }
`;

const PRE_COMMIT = `  - repo: local
    hooks:
      - id: pprotect
        name: pprotect
        entry: ${GUARD_COMMAND}
        language: system
        stages: [pre-commit]
        always_run: true
        pass_filenames: false
`;

const OVERCOMMIT = `PreCommit:
  Pprotect:
    enabled: true
    required_executable: pprotect
    command: ["pprotect", "git", "pre-commit"]
    flags: []
`;

/** Every manager, by the file that shows that it is used; a main file comes before a local one. */
export const HOOK_MANAGERS: readonly HookManager[] = [
  ...["lefthook", ".lefthook", ".config/lefthook"].flatMap((stem) => [
    { name: "lefthook", file: `${stem}.yml`, lines: LEFTHOOK_YAML },
    { name: "lefthook", file: `${stem}.yaml`, lines: LEFTHOOK_YAML },
    { name: "lefthook", file: `${stem}.toml`, lines: LEFTHOOK_TOML },
    { name: "lefthook", file: `${stem}.json`, lines: LEFTHOOK_JSON },
    { name: "lefthook", file: `${stem}.jsonc`, lines: LEFTHOOK_JSON },
  ]),
  { name: "pre-commit", file: ".pre-commit-config.yaml", lines: PRE_COMMIT },
  { name: "overcommit", file: ".overcommit.yml", lines: OVERCOMMIT },
];
