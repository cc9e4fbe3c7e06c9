import { expect, test } from "bun:test";
import { ownPidNamespace, processFinder } from "../../src/system/pid-namespace.ts";
import { identityOf } from "../../src/system/process-identity.ts";

const INITIAL = "pid:[4026531836]";
const self = identityOf(process.pid) ?? { pid: 0, started: "" };
const [boot = ""] = self.started.split(":");

test.each([
  ["is found under its number in its own namespace", { ...self, namespace: "pid:[1]" }, "pid:[1]", self],
  ["is found without a namespace", self, "pid:[1]", self],
  ["has ended where another has its number", { ...self, started: `${boot}:1` }, "pid:[1]", "ended"],
  ["is found by the number in its own namespace", { ...self, namespace: ownPidNamespace() }, "pid:[1]", self],
  [
    "is not one of a third namespace with the same number and start",
    { ...self, namespace: "pid:[2]" },
    "pid:[1]",
    "unknown",
  ],
  ["has ended where the namespace that shows all does not show it", strange(boot), INITIAL, "ended"],
  ["may run in a namespace that is not shown", strange(boot), "pid:[1]", "unknown"],
  ["has ended if it is from before the system started", strange("another"), "pid:[1]", "ended"],
] as const)("a process %s", (_, wanted, own, found) => {
  if (process.platform === "linux") expect(processFinder(own)(wanted)).toEqual(found);
});

function strange(boot: string) {
  return { pid: 1, started: `${boot}:0`, namespace: "pid:[2]" };
}
