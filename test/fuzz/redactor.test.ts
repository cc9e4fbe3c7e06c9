import { testMutantsOf } from "./mutants.ts";

testMutantsOf("redactor");
