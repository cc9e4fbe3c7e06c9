#!/usr/bin/python3
"""Runs the vectors of this folder against a second implementation of docs/format.md, on libsodium and ruamel.yaml.

It shares nothing with pprotect. On Debian: apt-get install python3-nacl python3-ruamel.yaml
"""

import base64
import hashlib
import io
import json
import pathlib
import re
import sys

from nacl import bindings as sodium
from nacl.exceptions import CryptoError, RuntimeError as SodiumError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.nodes import ScalarNode

HERE = pathlib.Path(__file__).parent
GIB = 1024**3
HARD = (4, 256 * 1024**2)
ROOT_KEYS = ("key-custodians", "audit-log")
SECRET_NAME = re.compile(r"[A-Za-z][-_A-Za-z0-9]*")
P = 2**255 - 19


class Refused(Exception):
    """What docs/format.md tells a reader to refuse."""


# Encodings


def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise Refused("not canonical base64")
    return data


def versioned(text, check_length):
    data = unbase64(text)
    if not data or data[0] != 0:
        raise Refused("version byte")
    if not check_length(len(data) - 1):
        raise Refused("length")
    return data[1:]


def check_point(u):
    if int.from_bytes(u, "little") >= P:
        raise Refused("not a canonical public key")
    try:
        sodium.crypto_scalarmult(bytes([1]) * 32, u)
    except SodiumError as error:
        raise Refused("a point of small order") from error
    return u


def read_public_key(text):
    return check_point(versioned(text, lambda length: length == 32))


def read_sealed_value(text):
    return versioned(text, lambda length: length >= 48)


def read_owner_entry(text):
    return versioned(text, lambda length: length == 80)


def read_key_material(text):
    """The cost (nothing for a raw key), the salt and the public key."""
    data = unbase64(text)
    header = {0: 1, 1: 9, 2: 1}.get(data[0] if data else None)
    if header is None:
        raise Refused("version byte")
    if len(data) != header + 8 + 32:
        raise Refused("length")
    cost = {0: HARD, 2: None}.get(data[0])
    if data[0] == 1:
        opslimit, memlimit = (int.from_bytes(data[at : at + 4], "little") for at in (1, 5))
        if opslimit < 1 or not 8192 <= memlimit <= GIB or opslimit * memlimit > 8 * GIB:
            raise Refused("cost")
        cost = (opslimit, memlimit)
    return cost, data[header : header + 8], check_point(data[header + 8 :])


# Cryptography


def derive(name, passphrase, salt, cost):
    name, passphrase = name.encode(), passphrase.encode()
    valet = hashlib.sha512(passphrase + salt + name).digest()
    kdf_salt = hashlib.sha512(salt + name).digest()[:16]
    if cost is None:
        return valet, kdf_salt, valet[:32]
    key = sodium.crypto_pwhash_alg(32, valet, kdf_salt, *cost, sodium.crypto_pwhash_ALG_ARGON2ID13)
    return valet, kdf_salt, key


def public_of(private):
    return sodium.crypto_scalarmult_base(private)


def seal_nonce(ephemeral_public, public):
    return hashlib.blake2b(ephemeral_public + public, digest_size=24).digest()


def seal(text, public, ephemeral_private):
    ephemeral_public = public_of(ephemeral_private)
    nonce = seal_nonce(ephemeral_public, public)
    return ephemeral_public + sodium.crypto_box(text, nonce, public, ephemeral_private)


def open_sealed(box, private):
    try:
        return sodium.crypto_box_seal_open(box, public_of(private), private)
    except (CryptoError, SodiumError, TypeError, ValueError) as error:
        raise Refused("cannot be opened") from error


def unlock(name, passphrase, pwdkm):
    cost, salt, public = read_key_material(pwdkm)
    private = derive(name, passphrase, salt, cost)[2]
    if public_of(private) != public:
        raise Refused("wrong passphrase")
    return private


def open_domain_key(entry, custodian_private, domain_public):
    key = open_sealed(read_owner_entry(entry), custodian_private)
    if public_of(key) != domain_public:
        raise Refused("the key of another pair")
    return key


# The document


def read_yaml(text):
    """Mappings as dict, lists as list, text as str; everything else that YAML has is refused."""
    yaml = YAML(pure=True)
    try:
        events = list(yaml.parse(text))
    except YAMLError as error:
        raise Refused("not YAML") from error
    documents = [event for event in events if isinstance(event, DocumentStartEvent)]
    if len(documents) != 1 or documents[0].tags:
        raise Refused("not one plain document")
    skipped = (StreamStartEvent, StreamEndEvent, DocumentStartEvent, DocumentEndEvent)
    return build(yaml, iter([event for event in events if not isinstance(event, skipped)]))


END = object()


def build(yaml, events):
    event = next(events)
    if isinstance(event, CollectionEndEvent):
        return END
    if isinstance(event, AliasEvent) or event.anchor is not None or event.tag is not None:
        raise Refused("alias, anchor or tag")
    if isinstance(event, ScalarEvent):
        if not event.style and not is_text(yaml, event.value):
            raise Refused("a number, a date or the like")
        return event.value
    if isinstance(event, SequenceStartEvent):
        return list(iter(lambda: build(yaml, events), END))
    pairs = {}
    while (key := build(yaml, events)) is not END:
        if not isinstance(key, str) or key in pairs:
            raise Refused("a key that is no text or stands twice")
        pairs[key] = build(yaml, events)
    return pairs


def is_text(yaml, value):
    return yaml.resolver.resolve(ScalarNode, value, (True, False)) == "tag:yaml.org,2002:str"


def mapping(value, keys=None):
    if not isinstance(value, dict) or (keys is not None and set(value) != set(keys)):
        raise Refused("not the mapping that must stand here")
    return value


def text_of(value):
    if not isinstance(value, str):
        raise Refused("not text")
    return value


def read_store(data):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("not UTF-8") from error
    if "\0" in text or re.search(r"^(<{7,}|>{7,}|\|{7,})( |$)", text, re.MULTILINE):
        raise Refused("binary, or in conflict")
    root = mapping(read_yaml(text))
    if any(key not in root for key in ROOT_KEYS):
        raise Refused("without its root keys")
    custodians = {name: text_of(mapping(entry, ["pwdkm"])["pwdkm"]) for name, entry in mapping(root["key-custodians"]).items()}
    log = root["audit-log"]
    if not isinstance(log, list):
        raise Refused("the audit log is no list")
    store = {"domains": {}, "custodians": custodians, "audit_log": [text_of(entry) for entry in log]}
    for pwdkm in custodians.values():
        read_key_material(pwdkm)
    for name, entries in root.items():
        if name not in ROOT_KEYS:
            store["domains"][name] = read_domain(name, mapping(entries), custodians)
    return store


def read_domain(name, entries, custodians):
    if name.startswith("meta") or "meta" not in entries:
        raise Refused("no domain")
    meta = mapping(entries["meta"], ["public-key", "owners"])
    read_public_key(text_of(meta["public-key"]))
    owners = mapping(meta["owners"])
    for owner, entry in owners.items():
        read_owner_entry(text_of(entry))
        if owner not in custodians:
            raise Refused("an owner who is no custodian")
    secrets = {}
    for key, value in entries.items():
        if key == "meta":
            continue
        if not key.startswith("secret-") or not SECRET_NAME.fullmatch(key[7:]):
            raise Refused("an unknown key")
        read_sealed_value(text_of(value))
        secrets[key[7:]] = value
    return {"public_key": meta["public-key"], "owners": owners, "secrets": secrets}


def write_store(store):
    ordered = lambda entries: {key: entries[key] for key in sorted(entries)}
    root = {}
    for name, domain in ordered(store["domains"]).items():
        root[name] = {f"secret-{secret}": value for secret, value in ordered(domain["secrets"]).items()}
        root[name]["meta"] = {"public-key": domain["public_key"], "owners": ordered(domain["owners"])}
    root["key-custodians"] = {name: {"pwdkm": pwdkm} for name, pwdkm in ordered(store["custodians"]).items()}
    root["audit-log"] = store["audit_log"]
    yaml = YAML()
    yaml.width = 100
    out = io.BytesIO()
    yaml.dump(root, out)
    return out.getvalue()


# The vectors

counts = {}


def vectors(file):
    loaded = json.loads((HERE / file).read_text("utf-8"))
    for name, group in loaded.items():
        if name == "description":
            continue
        for index, vector in enumerate(group):
            counts[file] = counts.get(file, 0) + 1
            yield name, vector, f"{file}: {name}[{index}]"


def expect(actual, expected, where):
    if actual != expected:
        raise SystemExit(f"{where}: got {actual!r}, expected {expected!r}")


def expect_refusal(action, where):
    try:
        action()
    except Refused:
        return
    raise SystemExit(f"{where}: was not refused")


def verify_x25519():
    for group, vector, where in vectors("x25519.json"):
        private, public = (bytes.fromhex(vector[key]) for key in ("private", "public"))
        if group == "refused":
            try:
                sodium.crypto_scalarmult(private, public)
            except SodiumError:
                continue
            raise SystemExit(f"{where}: was not refused")
        expect(sodium.crypto_scalarmult(private, public).hex(), vector["shared"], where)


def verify_key_derivation():
    for _, vector, where in vectors("key-derivation.json"):
        cost, salt, public = read_key_material(vector["pwdkm"])
        valet, kdf_salt, private = derive(vector["name"], vector["passphrase"], salt, cost)
        expect(salt.hex(), vector["salt"], where)
        expect(valet.hex(), vector["valet"], where)
        expect(kdf_salt.hex(), vector["kdf_salt"], where)
        expect(private.hex(), vector["private_key"], where)
        expect((public_of(private).hex(), public.hex()), (vector["public_key"],) * 2, where)


def verify_sealed_boxes():
    for group, vector, where in vectors("sealed-boxes.json"):
        private = bytes.fromhex(vector["private_key"])
        opened = lambda: open_sealed(read_sealed_value(vector["value"]), private)
        if group == "cannot_be_opened":
            expect_refusal(opened, where)
            continue
        text = bytes.fromhex(vector["plaintext"])
        expect(opened(), text, where)
        if group == "sealed":
            public, ephemeral = public_of(private), bytes.fromhex(vector["ephemeral_private_key"])
            sealed = seal(text, public, ephemeral)
            expect(public.hex(), vector["public_key"], where)
            expect(sodium.crypto_scalarmult(ephemeral, public).hex(), vector["shared"], where)
            expect(sodium.crypto_box_beforenm(public, ephemeral).hex(), vector["box_key"], where)
            expect(base64.b64encode(b"\0" + sealed).decode(), vector["value"], where)
            expect(seal_nonce(sealed[:32], public).hex(), vector["nonce"], where)


def verify_owner_entries():
    for group, vector, where in vectors("owner-entries.json"):
        opened = lambda: open_domain_key(
            vector["entry"],
            unlock(vector["custodian"], vector["passphrase"], vector["pwdkm"]),
            read_public_key(vector["public_key"]),
        )
        if group == "cannot_be_opened":
            expect_refusal(opened, where)
            continue
        expect(opened().hex(), vector["domain_private_key"], where)
        public = read_key_material(vector["pwdkm"])[2]
        sealed = seal(bytes.fromhex(vector["domain_private_key"]), public, bytes.fromhex(vector["ephemeral_private_key"]))
        expect(base64.b64encode(b"\0" + sealed).decode(), vector["entry"], where)


def verify_entries():
    readers = {
        "public_key": read_public_key,
        "sealed_value": read_sealed_value,
        "owner_entry": read_owner_entry,
        "key_material": read_key_material,
    }
    for group, vector, where in vectors("entries.json"):
        read = lambda: readers[vector["kind"]](vector["value"])
        if group == "refused":
            expect_refusal(read, where)
        else:
            read()


def verify_documents():
    for group, vector, where in vectors("documents.json"):
        if group == "written":
            expect(write_store(vector["store"]).decode(), vector["text"], where)
        expect(read_store(vector["text"].encode()), vector["store"], where)


def proof_message(kind, *parts):
    return b"".join(len(part).to_bytes(4, "little") + part for part in (kind.encode(), *parts))


def signed_by(key, message, signature):
    """XEd25519: Ed25519 by libsodium, on the point of the X25519 key whose sign bit is 0."""
    u = int.from_bytes(key, "little")
    y = (u - 1) * pow(u + 1, -1, P) % P
    try:
        sodium.crypto_sign_open(unbase64(signature) + message, y.to_bytes(32, "little"))
    except (CryptoError, SodiumError, Refused):
        return False
    return True


def is_rotation(vector):
    domain, old, new = vector["domain"], vector["from"], vector["to"]
    _, _, signature = vector["entry"].rpartition(": ")
    expect(vector["entry"][24:], f"signed rotation of domain {domain} from {old} to {new}: {signature}", domain)
    old, new = read_public_key(old), read_public_key(new)
    return signed_by(old, proof_message("pprotect rotation v1", domain.encode(), old, new), signature)


def is_grant(vector):
    domain, key, owner, owner_key = (vector[part] for part in ("domain", "key", "owner", "owner_key"))
    _, _, signature = vector["entry"].rpartition(": ")
    expect(vector["entry"][24:], f"signed grant of domain {domain} under {key} to {owner} with key {owner_key}: {signature}", domain)
    key, owner_key = read_public_key(key), read_public_key(owner_key)
    return signed_by(key, proof_message("pprotect grant v1", domain.encode(), key, owner.encode(), owner_key), signature)


def verify_proofs():
    for group, vector, where in vectors("proofs.json"):
        holds = is_rotation(vector) if group.endswith("rotations") else is_grant(vector)
        expect(holds, not group.startswith("invalid"), f"{where} {vector['note']}")


def verify_stores():
    for _, vector, where in vectors("stores.json"):
        store = read_store(vector["text"].encode())
        expect(write_store(store).decode(), vector["text"], where)
        expect(set(store["domains"]), set(vector["owners"]), where)
        keys = {name: unlock(name, passphrase, store["custodians"][name]) for name, passphrase in vector["passphrases"].items()}
        for name, domain in store["domains"].items():
            expect(sorted(domain["owners"]), sorted(vector["owners"][name]), where)
            for owner, entry in domain["owners"].items():
                key = open_domain_key(entry, keys[owner], read_public_key(domain["public_key"]))
                opened = {secret: open_sealed(read_sealed_value(value), key).decode() for secret, value in domain["secrets"].items()}
                expect(opened, vector["secrets"].get(name, {}), where)


def verify_refused():
    for _, vector, where in vectors("refused.json"):
        expect_refusal(lambda: read_store(base64.b64decode(vector["base64"])), f"{where} {vector['why']}")


def main():
    for verify in (
        verify_x25519,
        verify_key_derivation,
        verify_sealed_boxes,
        verify_owner_entries,
        verify_entries,
        verify_documents,
        verify_proofs,
        verify_stores,
        verify_refused,
    ):
        verify()
    files = {path.name for path in HERE.glob("*.json")}
    if files != set(counts):
        raise SystemExit(f"not run: {sorted(files - set(counts))}")
    print(f"{sum(counts.values())} vectors of {len(counts)} files hold for libsodium and ruamel.yaml")


if __name__ == "__main__":
    sys.exit(main())
