/** Where a person, or lines on standard input, answer. The command line provides it. */
export interface Prompter {
  /** One line of input, shown as it is typed. @throws PprotectError `end_of_input`, `aborted` */
  ask(question: string): Promise<string>;
  /** One line of input that is not echoed. @throws PprotectError `end_of_input`, `aborted` */
  askHidden(question: string): Promise<string>;
  /** A line of chatter on standard error. */
  note(message: string): void;
}
