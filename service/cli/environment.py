"""The settings for a command, or a plain account of what is wrong with them."""

import os
import sys

import typer

from config.settings import Settings, SettingsProblem, read_settings


def settings_or_exit() -> Settings:
    """The settings of this process's environment; with mistakes in it, all of them are printed and the command ends with 2."""
    try:
        return read_settings(os.environ)
    except SettingsProblem as problem:
        print("These settings are not right yet (.env.example explains each one):", file=sys.stderr)
        for mistake in problem.mistakes:
            print(f"  {mistake}", file=sys.stderr)
        raise typer.Exit(2) from None
