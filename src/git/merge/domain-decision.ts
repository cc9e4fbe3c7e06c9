import type { Conflict, ConflictSubject } from "./conflict.ts";
import type { MergeContext } from "./merge-context.ts";
import type { Choice } from "./versions.ts";

/** Asks for a side; where nobody decides, the conflict is reported and ours stands. */
export function decideDomain(
  domain: string,
  reason: string,
  credentials: Conflict["credentials"],
  context: MergeContext,
): Choice {
  const subject: ConflictSubject = { kind: "domain", domain };
  const decision = context.decide(subject);
  if (decision === "ours" || decision === "theirs") return decision;
  context.report({ subject, reason, credentials });
  return "ours";
}
