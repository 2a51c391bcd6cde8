"""`peerline clock`: the process that tells the workers what is due."""

from importlib import import_module

from service.cli.environment import settings_or_exit


def command() -> None:
    """Tell the workers what is due, and do it here if they do not. Any number of clocks may run."""
    settings = settings_or_exit()
    # By name, as Celery and granian load their parts: the workers stand above the service and are not imported by it.
    import_module("workers.clock").run(settings)
