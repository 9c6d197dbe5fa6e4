"""`python -m include.sandbox.population --clients 5000 [--anchor 2026-11-23]` fills the database of ISP_DB_URI."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from include.sandbox.population.seed import DEFAULT_CLIENTS, DEFAULT_SEED, PopulationRefused, SeedResult, seed
from multitv.database.engine import engine_for
from multitv.errors import MultiTVError
from multitv.settings import get_settings


def database_url() -> URL:
    """Return the SQLAlchemy URL of ISP_DB_URI, which has the form that psql reads. Raises PopulationRefused."""
    uri = os.environ.get("ISP_DB_URI", "")
    try:
        url = make_url(uri)
    except (ArgumentError, ValueError) as error:
        raise PopulationRefused(
            "ISP_DB_URI is missing or no address of a database; set it as for psql, such as "
            "postgresql://user@127.0.0.1/isp (`. .local/run.env` does so while `make up` runs)."
        ) from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise PopulationRefused(f"ISP_DB_URI is an address of {url.get_backend_name()}; only PostgreSQL will do.")
    return url.set(drivername="postgresql+psycopg")


def summary(result: SeedResult) -> str:
    """Return the result as one line of text."""
    beginning = "Demo population loaded" if result.created else "Nothing to do, the database has clients already"
    return (
        f"{beginning}: {result.clients} clients, {result.client_plans} client plans, "
        f"{result.client_packages} TV packages sold, {result.client_points} points"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the demo population, print the result, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m include.sandbox.population", description=__doc__)
    parser.add_argument("--clients", type=int, default=DEFAULT_CLIENTS, help="how many (default: %(default)s)")
    parser.add_argument("--anchor", type=date.fromisoformat, help="the date that is today (default: the ISP's today)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another number, other people")
    chosen = parser.parse_args(arguments)
    try:
        anchor = chosen.anchor or get_settings().today()
        print(summary(seed(engine_for(database_url()), chosen.clients, anchor, seed=chosen.seed)))
    except MultiTVError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
