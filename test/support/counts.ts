/**
 * How many times as much random testing is done: for long runs. Another `PPROTECT_FUZZ_SEED` makes other mutants.
 */
export const TIMES = Number(process.env.PPROTECT_FUZZ_TIMES ?? 1);

/** How often the tests do what docs/reliability.md says of them; a test holds the two together. */
export const COUNTS = {
  /** Processes that write one store at the same moment. */
  writersAtOnce: 40,
  /** Writers that are killed, each at another moment. */
  kills: 300,
  /** Commands, those among them that write a store, and all their questions. */
  commands: 76,
  writingCommands: 28,
  questions: 112,
  /** Names that would speak to a terminal, a shell or JavaScript, each given to a domain and a custodian. */
  hostileNames: 17,
  /** Inputs made from the fixtures by mutation, by what reads them. */
  parserMutants: 10_000,
  mergeMutants: 2_000,
  /** Random histories that are merged by git, and those whose merge is resolved by random decisions. */
  histories: 500,
  resolutions: 200,
  guardStoreMutants: 2_000,
  guardTextMutants: 1_500,
  guardDiffMutants: 3_000,
  /** Lines that repeat what the patterns of the scanner look for. */
  hostileLines: 200,
  redactorMutants: 1_500,
  guardRepositoryMutants: 100,
} as const;
