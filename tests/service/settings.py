"""Settings of a made-up organisation, for tests that need some."""

import base64
import os
from pathlib import Path

from config.settings import Settings, read_settings

ROOT = Path(__file__).parents[2]
TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://riverbend.example"
KEY = base64.b64encode(bytes(range(32))).decode()


def made_up_settings(**environ: str) -> Settings:
    """Settings in test mode; variables given replace what stands here."""
    return read_settings(_VARIABLES | environ)


def made_up_environment(**environ: str) -> dict[str, str]:
    """The same as the environment of a process."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT)} | _VARIABLES | environ


_VARIABLES = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "PUBLIC_URL": PUBLIC,
    "PEERLINE_KEYS": f"d1:data:{KEY},i1:index:{KEY}",
    "PEERLINE_CONFIG": str(ROOT / "config"),
    "PEERLINE_FLOWS": str(ROOT / "flows"),
    "PEERLINE_MODE": "test",
}
