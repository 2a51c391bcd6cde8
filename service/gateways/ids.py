"""Ids made by us (UUIDv7), so that a callback's address and a ciphertext's place are known before the row exists."""

from __future__ import annotations

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A UUIDv7: 48 bits of milliseconds, then random bits (RFC 9562, section 5.7)."""
    stamp = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10), "big")
    high = (tail >> 64) & 0x0FFF
    low = tail & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=(stamp & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
