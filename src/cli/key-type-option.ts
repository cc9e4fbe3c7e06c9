import { Option } from "clipanion";
import * as t from "typanion";
import { KEY_TYPES } from "../store/custodian.ts";

/** `--key-type`, the same for every command that makes key material. */
export const keyTypeOption = () =>
  Option.String("--key-type", "hard", {
    description: "hard (slow to guess at, the default), fast, or raw (a generated key, no passphrase)",
    validator: t.isEnum(KEY_TYPES),
  });
