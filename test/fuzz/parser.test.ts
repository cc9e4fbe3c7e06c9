import { testMutantsOf } from "./mutants.ts";

testMutantsOf("parser");
