import { testMutantsOf } from "./mutants.ts";

testMutantsOf("merge");
