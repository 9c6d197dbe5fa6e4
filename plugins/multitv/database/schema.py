"""Compares the schema version of the ISP's database with the one that this release needs."""

from __future__ import annotations

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from multitv.database.engine import place
from multitv.database.migrate import MIGRATIONS
from multitv.errors import PermanentError

VERSION_TABLE = "schema_version"


class SchemaAhead(PermanentError):
    """A newer release migrated the database: this one does not know its schema."""


def check_known(connection: Connection) -> set[str]:
    """Return the database's schema versions, an empty set before the first migration. Raises SchemaAhead."""
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
    """Return in words what the schema lacks for this release, None if nothing. Raises SchemaAhead."""
    found, needed = check_known(connection), set(ScriptDirectory(str(MIGRATIONS)).get_heads())
    if found == needed:
        return None
    return f"its schema is at {_listed(found) or 'no version'}, and this release needs {_listed(needed)}"


def _listed(versions: set[str] | list[str]) -> str:
    return ", ".join(sorted(versions))
