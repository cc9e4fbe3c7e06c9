/** Asks the user, at a terminal or by lines on standard input. Implemented by the command line. */
export interface Prompter {
  /** Reads a line, echoed as it is typed. @throws PprotectError `end_of_input`, `aborted` */
  ask(question: string): Promise<string>;
  /** Reads a line without echo. @throws PprotectError `end_of_input`, `aborted` */
  askHidden(question: string): Promise<string>;
  /** Prints a line on standard error. */
  note(message: string): void;
}
