"""The command line: `lanterne ...`. Answers go to stdout, all else to stderr; exit statuses are the contract's."""

from tvapp.cli.main import main

__all__ = ["main"]
