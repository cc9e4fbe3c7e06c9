import { answerQuickly } from "./startup/quick-answer.ts";

// Everything else is loaded only where this does not answer: what is imported here takes time in every run.
if (!(await answerQuickly(process.argv.slice(2)))) await (await import("./run.ts")).main();
