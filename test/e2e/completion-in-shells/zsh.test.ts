import { testCompletionIn } from "./completion-tests.ts";

testCompletionIn("zsh");
