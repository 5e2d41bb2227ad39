"""The command line: each public file of this folder is one command, loaded when it is asked for."""
from __future__ import annotations

import sys


def main() -> None:
    """Run the command that the shell names, and end the process with its exit code."""
    from hospital_twin.cli._endings import exit_code
    sys.exit(exit_code(sys.argv[1:]))
