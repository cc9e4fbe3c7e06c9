import { recordTour } from "./record.ts";

/** Runs the tour and prints each command with what it says, as in a terminal. */
function demo(): number {
  try {
    for (const { says, run, output } of recordTour()) {
      if (says !== undefined) console.log(`\n# ${says}`);
      console.log(`$ ${run}`);
      process.stdout.write(output);
    }
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

process.exitCode = demo();
