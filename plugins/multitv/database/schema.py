"""Compares the schema version of the ISP's database with the one that this release needs."""

from __future__ import annotations

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from multitv.database import replaceable
from multitv.database.engine import place
from multitv.errors import PermanentError

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "schema_migration"
# Of the numbering before the baseline: nothing writes it any more.
OLD_VERSION_TABLE = "schema_version"
OLDEST_SERVER = 18


class ServerTooOld(PermanentError):
    """The server's version lacks what our SQL needs."""


class OldNumbering(PermanentError):
    """The database was migrated before the migrations were squashed into a baseline."""


class SchemaAhead(PermanentError):
    """A newer release migrated the database: this one does not know its schema."""


def check_server(connection: Connection) -> None:
    """Raise ServerTooOld unless the server's PostgreSQL is one that our SQL runs on."""
    version = connection.dialect.server_version_info or ()
    if version < (OLDEST_SERVER,):
        raise ServerTooOld(
            f"{place(connection.engine.url)}, runs PostgreSQL {'.'.join(map(str, version))}, and this release needs "
            f"{OLDEST_SERVER} or newer. Upgrade the server, then migrate again. Nothing was changed."
        )


def check_known(connection: Connection) -> set[str]:
    """Return the versions that the database is at, none before the first migration.

    Raises OldNumbering, SchemaAhead.
    """
    if inspect(connection).has_table(OLD_VERSION_TABLE):
        raise OldNumbering(
            f"{place(connection.engine.url)}, has the table {OLD_VERSION_TABLE}: its schema was made before the first "
            "release, and no migration leads from there to this one. Make a new database and migrate that; where "
            "`make run` made it, stop that and delete the folder MULTITV_HOME. Nothing was changed."
        )
    found = set(MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_heads())
    script = ScriptDirectory(str(MIGRATIONS))
    if unknown := found - {revision.revision for revision in script.walk_revisions()}:
        raise SchemaAhead(
            f"{place(connection.engine.url)}, was migrated by a newer release: it is at version {_listed(unknown)}, "
            f"and this release knows none after {_listed(script.get_heads())}. Old code could bill wrongly on it, so "
            "nothing was started or written. Deploy the newer release again, or restore the backup from before it."
        )
    return found


def lacking(connection: Connection) -> str | None:
    """Return in words what keeps the database from this release's schema, None if it has it.

    Raises OldNumbering, SchemaAhead.
    """
    found, needed = check_known(connection), set(ScriptDirectory(str(MIGRATIONS)).get_heads())
    if found != needed:
        return f"its schema is at {_listed(found) or 'no version'}, and this release needs {_listed(needed)}"
    if not replaceable.is_applied(connection):
        return "its functions, views and triggers are of another release, an older or a newer one"
    return None


def _listed(versions: set[str] | list[str]) -> str:
    return ", ".join(sorted(versions))
