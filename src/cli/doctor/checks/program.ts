import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { FALLBACK_CHANNEL } from "../../../common/fallback.ts";
import { argon2idAddon } from "../../../crypto/argon2id/argon2id-addon.ts";
import { hardenProcess, onUnprotected } from "../../../system/process-hardening.ts";
import { type Finding, ok } from "../finding.ts";

/** Whether this binary can derive keys fast and protect its memory on this machine. */
export function checkProgram(): readonly Finding[] {
  return [keyDerivation(), memory()];
}

function keyDerivation(): Finding {
  const { result, fallback = "it is not installed" } = observe(() =>
    argon2idAddon.derive({
      password: new Uint8Array(1),
      salt: new Uint8Array(16),
      passes: 1,
      memoryKib: 8,
      length: 32,
    }),
  );
  if (result !== undefined) return ok("key-derivation", "keys are derived by native code");
  return {
    id: "key-derivation",
    level: "warn",
    message: `a passphrase takes longer than it should: ${fallback}`,
    fix: "check what the sandbox and the temporary directory allow",
  };
}

function memory(): Finding {
  // It is in the finding.
  onUnprotected(undefined);
  const { fallback } = observe(hardenProcess);
  if (fallback === undefined) return ok("memory", "other processes cannot read the memory of pprotect");
  return {
    id: "memory",
    level: "warn",
    message: fallback,
    fix: "run no programs beside it that you do not trust",
  };
}

/** What something returns, and the first fallback that it uses. */
function observe<Result>(run: () => Result): { result: Result; fallback?: string } {
  const seen: string[] = [];
  const listener = (message: unknown): void => {
    seen.push(String(message));
  };
  subscribe(FALLBACK_CHANNEL, listener);
  try {
    const result = run();
    const [fallback] = seen;
    return { result, ...(fallback !== undefined && { fallback }) };
  } finally {
    unsubscribe(FALLBACK_CHANNEL, listener);
  }
}
