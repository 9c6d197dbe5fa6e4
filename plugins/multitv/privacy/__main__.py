"""What a client may ask for by law: `python -m multitv.privacy find | export CLIENT | check CLIENT | erase CLIENT`.

A CPF or CNPJ is asked for, and never an argument, which other users of the machine and the shell's history would see.
Prints nothing personal.
"""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from datetime import datetime

from multitv.database.engine import task_engine
from multitv.errors import MultiTVError
from multitv.privacy.erasure import erase, foretell
from multitv.privacy.export import export, find_clients
from multitv.settings import get_settings


def main(arguments: list[str] | None = None) -> int:
    """Carry out a command, print what was done in Portuguese, and return 0, or 1 if it was refused."""
    parser = ArgumentParser(prog="python -m multitv.privacy", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("find", help="print the numbers of the clients with a CPF or CNPJ, which it asks for")
    for name, does in {
        "export": "write everything about a client into a file in MULTITV_PRIVACY_FOLDER",
        "check": "say whether a client could be erased, and what would be kept",
        "erase": "erase the personal data of a client; this cannot be undone",
    }.items():
        command = commands.add_parser(name, help=does)
        command.add_argument("client", type=int, help="the client's number in the ERP")
        if name == "erase":
            command.add_argument("--author", default=getpass.getuser(), help="who asks for it (default: the login)")
    asked = parser.parse_args(arguments)
    try:
        print(_carry_out(asked.command, asked))
    except MultiTVError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _carry_out(command: str, asked: object) -> str:
    settings, engine = get_settings(), task_engine()
    if command == "find":
        typed = getpass.getpass("CPF/CNPJ: ") if sys.stdin.isatty() else sys.stdin.readline()
        return "\n".join(map(str, find_clients(engine, typed.strip()))) or "Nenhum cliente tem este documento."
    client: int = vars(asked)["client"]
    if command == "export":
        return str(export(engine, client, settings.privacy_folder, datetime.now(settings.timezone)).path)
    if command == "check":
        return foretell(engine, client, settings.today())
    return erase(engine, client, vars(asked)["author"], settings.today()).report()


if __name__ == "__main__":
    sys.exit(main())
