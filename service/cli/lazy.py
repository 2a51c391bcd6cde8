"""A group of commands of which some are loaded only when they are called: those that need the database and the web libraries."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup


class LazyGroup(TyperGroup):
    """A typer group with a table of further commands: name to module and function."""

    TABLE: ClassVar[Mapping[str, tuple[str, str]]] = {}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer keeps click's types to itself
        """The group's own commands, then those of the table."""
        return [*super().list_commands(ctx), *self.TABLE]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - the same
        """The command of this name, loaded now if it stands in the table."""
        if cmd_name not in self.TABLE:
            return super().get_command(ctx, cmd_name)
        module, function = self.TABLE[cmd_name]
        app = typer.Typer(add_completion=False)
        app.command(cmd_name)(getattr(import_module(module), function))
        return typer.main.get_command(app)
