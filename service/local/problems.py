"""The one error of the local servers and processes."""


class LocalProblem(Exception):
    """Something on this machine keeps a local server or process from running; the text says what to do."""
