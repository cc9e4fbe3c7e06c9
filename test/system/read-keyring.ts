// Prints what reading entries of the keyring gives: `SERVICE ACCOUNT [MILLISECONDS]`.
import { readKeyring } from "../../src/system/keyring.ts";

const [service = "", account = "", ms] = process.argv.slice(2);
try {
  const reading = await readKeyring({ service, account }, ms === undefined ? undefined : Number(ms));
  console.log(JSON.stringify(reading));
} catch (error) {
  const { code, message } = error as { code?: string; message?: string };
  console.log(JSON.stringify({ code, message }));
}
