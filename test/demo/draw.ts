import { writeFileSync } from "node:fs";
import { picture } from "./picture.ts";
import { recordTour } from "./record.ts";

writeFileSync("docs/demo.svg", picture([...recordTour()]));
