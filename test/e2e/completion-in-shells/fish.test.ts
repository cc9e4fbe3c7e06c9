import { testCompletionIn } from "./completion-tests.ts";

testCompletionIn("fish");
