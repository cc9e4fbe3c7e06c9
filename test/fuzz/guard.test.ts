import { testMutantsOf } from "./mutants.ts";

testMutantsOf("guardStore", "guardText", "guardDiff", "guardLines");
