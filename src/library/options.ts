/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Gets a warning of one line, without a secret in it. */
export type OnWarning = (message: string) => void;

/** Warnings go where those of the runtime go: to standard error, or to listeners of `warning`. */
export const processWarning: OnWarning = (message) => process.emitWarning(message, "PprotectWarning");
