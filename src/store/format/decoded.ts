import { PprotectError } from "../../common/errors.ts";

/**
 * A parsed entry of a store, or why it is invalid: a phrase that follows the entry's name, such as `is not base64`.
 */
export type Decoded<Value> =
  | { readonly value: Value; readonly problem?: undefined }
  | { readonly problem: string; readonly value?: undefined };

/**
 * The value of a parsed entry.
 *
 * @param what the entry's name, for the message
 * @throws PprotectError `invalid_store` when the entry is invalid
 */
export function decodedValue<Value>(what: string, { value, problem }: Decoded<Value>): Value {
  if (problem !== undefined) throw new PprotectError("invalid_store", `${what} ${problem}`);
  return value as Value;
}
