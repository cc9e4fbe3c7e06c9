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
  parserMutants: 12_000,
  mergeMutants: 4_000,
  /** Random histories whose merge is resolved by random decisions. */
  resolutions: 300,
  guardStoreMutants: 2_000,
  guardTextMutants: 2_000,
  guardDiffMutants: 2_000,
  /** Lines that repeat what the patterns of the scanner look for. */
  hostileLines: 400,
  redactorMutants: 2_000,
  guardRepositoryMutants: 200,
} as const;
