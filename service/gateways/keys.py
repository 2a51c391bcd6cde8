"""Encryption of words at rest, and the blind index by which a number is found without being readable.

PEERLINE_KEYS is a comma separated list of `id:use:base64`, use being `data` or `index`, each key 32 bytes. The first data
key seals and all open, so that a key is rotated by putting a new one in front; the first index key indexes.
A sealed value is one byte of length, the key's id, 12 bytes of nonce and the AES-GCM ciphertext, bound to table, column
and row by its associated data: a value moved to another row does not open.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes, NIST SP 800-38D


class KeyProblem(ValueError):
    """PEERLINE_KEYS cannot be used, or a value was sealed with a key that is not there."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys in force: `data` by id, the id that seals, and the index key."""

    sealing: str
    data: Mapping[str, AESGCM]
    index_key: bytes

    def seal(self, text: str, place: str) -> bytes:
        """The ciphertext of `text`, which opens only at `place` (table.column.row)."""
        nonce, name = os.urandom(NONCE), self.sealing.encode()
        box = self.data[self.sealing].encrypt(nonce, text.encode("utf-8", "surrogatepass"), place.encode())
        return bytes((len(name),)) + name + nonce + box

    def open(self, sealed: bytes, place: str) -> str:
        """The text sealed at `place`. Raises KeyProblem where the key is missing or the value is not of this place."""
        size = sealed[0]
        name, nonce, box = (
            sealed[1 : 1 + size].decode(),
            sealed[1 + size : 1 + size + NONCE],
            sealed[1 + size + NONCE :],
        )
        if name not in self.data:
            raise KeyProblem(
                f"a value was sealed with the key {name!r}, which PEERLINE_KEYS does not have; put it back"
            )
        try:
            return self.data[name].decrypt(nonce, box, place.encode()).decode("utf-8", "surrogatepass")
        except InvalidTag:
            raise KeyProblem(
                f"a value at {place.split('.', maxsplit=1)[0]} does not open with its key {name!r}"
            ) from None

    def blind(self, number: str) -> bytes:
        """The 32 bytes under which an E.164 number is found: HMAC-SHA256 with the index key."""
        return hmac.digest(self.index_key, number.encode(), "sha256")


def read_keys(text: str) -> KeyRing:
    """The key ring of a PEERLINE_KEYS value. Raises KeyProblem naming the entry that is wrong."""
    data: dict[str, AESGCM] = {}
    index: list[bytes] = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, use, key = _entry(entry)
        if use == "data":
            data[name] = AESGCM(key)
        else:
            index.append(key)
    if not data or not index:
        raise KeyProblem("PEERLINE_KEYS needs at least one `id:data:…` and one `id:index:…` key of 32 bytes in base64")
    return KeyRing(next(iter(data)), data, index[0])


def _entry(entry: str) -> tuple[str, str, bytes]:
    name, _, rest = entry.partition(":")
    use, _, encoded = rest.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if not (0 < len(name.encode()) < 32) or use not in ("data", "index") or len(key) != 32:
        raise KeyProblem(
            f"PEERLINE_KEYS: the entry {name or '?'!r} must read id:data:BASE64 or id:index:BASE64, 32 bytes"
        )
    return name, use, key
