"""The roles of the ISP's database, which all databases of a server share. include/sql/grants has what each may do."""

from __future__ import annotations

import logging

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from multitv.database.engine import place
from multitv.database.sql import named
from multitv.errors import PermanentError

log = logging.getLogger(__name__)

PIPELINE = "multitv_pipeline"
SCREENS = "multitv_screens"
READER = "multitv_reader"
ROLES = (PIPELINE, SCREENS, READER)
# SQLSTATE: somebody else created it; before we looked, or at the same moment.
_EXISTS = ("42710", "23505")


class RolesMissing(PermanentError):
    """The server lacks roles, and the connection may not create any."""


def make_missing(connection: Connection) -> bool:
    """Create the roles that the server lacks, without a login. Return whether any was missing.

    Waits for another migration that creates them at the same moment. Raises RolesMissing.
    """
    missing = connection.execute(named("database/missing_roles"), {"names": list(ROLES)}).scalars().all()
    if not missing:
        return False
    statements = [f"create role {role} nologin;" for role in missing]
    if not connection.execute(named("database/may_create_roles")).scalar_one():
        raise RolesMissing(
            f"{place(connection.engine.url)}, lacks roles, and this connection may not create any. Have an "
            f"administrator of the server run: {' '.join(statements)} Then migrate again. Nothing was changed."
        )
    for statement in statements:
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(statement)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _EXISTS:
                raise
    return True


def warn_of_missing_grants(connection: Connection) -> None:
    """Log what the owner of the ERP's relations has to run so that the roles may read them, if they may not."""
    statements = connection.execute(named("database/missing_grants"), {"roles": list(ROLES)}).scalar_one_or_none()
    if statements:
        log.warning(
            "%s: tasks and screens may not read the ERP. Have the owner of its views run: %s",
            place(connection.engine.url),
            statements,
        )
