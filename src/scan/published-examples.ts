/**
 * Keys that are printed in manuals, standards and emulators for everyone to use: the first 48 bits of their SHA-256. Not the
 * keys themselves, which other scanners would report here.
 */
const PUBLISHED: ReadonlySet<string> = new Set([
  "1a5d44a2dca1", // AWS documentation
  "78314b11be2e", // AWS documentation
  "e21b597ba6b9", // AWS documentation
  "c6ea27c534f9", // AWS documentation
  "2cafc0970149", // Stripe documentation
  "f2d6ca165150", // Stripe documentation
  "7e8de44ea9ec", // Stripe documentation
  "96ad2ccd8146", // Standard Webhooks
  "d772992fc6f8", // Standard Webhooks
  "0011cc25eb43", // Azurite, the Azure storage emulator
  "aa6547439583", // Azure Cosmos DB emulator
  "60a09e435786", // Hardhat and Anvil, account 0
  "095101cf732c", // account 1
  "bb4978fbe763", // account 2
  "f02322197a19", // account 3
  "5de22089c247", // account 4
  "bc1a50966c9e", // account 0
  "1bbb9293c38a", // play.min.io
  "df452eef23e8", // play.min.io
  "c85debb55f2f", // Supabase, local development
  "a064b502e61d", // Supabase, local development
  "cf4d418ed3de", // RFC 7617
  "ad62d48d8b06", // MDN
  "687da00b09c8", // RFC 7617
  "b8e148545b13", // RFC 6750
  "00cf4c781dc3", // RFC 6749
  "6c96130f130a", // RFC 6749
  "a35b81a7d792", // RFC 6749
  "ca7459e2b267", // RFC 6749
  "e9974c507d2a", // RFC 6749
  "f5e95c995463", // reCAPTCHA test secret
  "03b970ed8171", // reCAPTCHA test site key
  "fb8f35129df8", // Turnstile test secret
  "15cef4b629cc", // RFC 6455
  "8be5d113c087", // the key of one-time passwords in manuals
  "3a53d0a064ba", // the same twice
  "b62ad8b3465e", // RFC 4226, its first half
  "549c9390539e", // RFC 4226, in base32
  "8b1b17a9740c", // RFC 7515
  "0330b11998cb", // RFC 7517
  "2037abcaffb2", // samples of Google
  "3f370c9dd822", // samples of Google
  "e4a5542bb7fd", // samples of Google
  "a19f89ab3555", // samples of Google
  "0b476bdf9acf", // samples of Google
  "eb540d2b6ee2", // samples of Google
  "37f8f09bdf12", // samples of Google
  "8731261cb72d", // samples of Google
  "49f777db995e", // samples of Google
  "27a9a42931df", // samples of Google
  "dc0fcf046c61", // samples of Google
  "4c98242dcadc", // samples of Google
  "ea9bb1082cf9", // samples of Google
  "3a8b61d0f636", // samples of Google
  "a6c814bc555a", // samples of Google
]);

const PREFIX = 12;

/** Whether a value is a key that manuals print: it opens nothing, or only an emulator. */
export function isPublishedExample(value: string): boolean {
  if (value.length < 14 || value.length > 600) return false;
  return PUBLISHED.has(new Bun.CryptoHasher("sha256").update(value).digest("hex").slice(0, PREFIX));
}
