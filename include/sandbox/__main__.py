"""Start the sandbox: `python -m include.sandbox --state <folder>`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from include.sandbox.server import serve
from include.sandbox.settings import NAME, Settings
from include.sandbox.store import StateInUse
from include.sandbox.variant import VARIANTS


def settings_from(arguments: list[str]) -> Settings:
    """Read the settings from the command line, else from SANDBOX_* variables, else from the defaults."""
    parser = argparse.ArgumentParser(prog="python -m include.sandbox", description="A simulated Beenius platform.")

    def option(name: str, default: str, text: str) -> None:
        variable = NAME + name.upper().replace("-", "_")
        parser.add_argument(f"--{name}", default=os.environ.get(variable) or default, help=f"{text} ({variable})")

    option("host", Settings.host, "address to listen on")
    option("state", ".local/sandbox", "folder of the state")
    option("client-id", Settings.client_id, "who may ask for a token")
    option("client-secret", Settings.client_secret, "their secret; safer in the variable than on a command line")
    option("variant", Settings.variant, "how it plays the contract: 'contract', or 'other' for another implementation")
    option("operator-uid", Settings.operator_uid, "the operator of these credentials")
    for name, default, text in (
        ("port", Settings.port, "port to listen on; 0 takes a free one and prints it"),
        ("token-seconds", Settings.token_seconds, "life of an access token"),
    ):
        variable = NAME + name.upper().replace("-", "_")
        given_before = os.environ.get(variable) or default
        parser.add_argument(f"--{name}", type=int, default=given_before, help=f"{text} ({variable})")
    given = vars(parser.parse_args(arguments))
    if given["variant"] not in VARIANTS:
        parser.error(f"there is no variant {given['variant']!r}: choose one of {', '.join(VARIANTS)}")
    return Settings(**given | {"state": Path(given["state"])})


def main() -> None:
    settings = settings_from(sys.argv[1:])
    try:
        serve(settings)
    except StateInUse as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{settings.host}:{settings.port}: {error.strerror}; choose another with --port or {NAME}PORT")


if __name__ == "__main__":
    main()
