"""What every change of a client package begins with: its locks, its name in messages, and whether it may be sold."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from multitv.changes.change import Change, titled
from multitv.changes.errors import NotThere, PackageRefused
from multitv.database.sql import named


def lock_client_package(change: Change, client_package_id: int) -> Row[Any]:
    """Lock a client plan, then its client package, and return the client package. Raises NotThere."""
    missing = NotThere("client_package_unknown", client_package=client_package_id)
    return change.lock_row("contracts/plan_of_package", "contracts/lock_client_package", client_package_id, missing)


def called(change: Change, client_package: Row[Any]) -> str:
    """Return the label of a client package in messages, with its number and the package's name."""
    package = change.connection.execute(named("changes/read_package"), {"package_id": client_package.package_id}).one()
    return titled(client_package.id, package.name)


def require_extra(connection: Connection, package_id: int) -> str:
    """Return the name of a package that may be sold as an extra. Raises NotThere, PackageRefused."""
    package = connection.execute(named("changes/read_package"), {"package_id": package_id}).one_or_none()
    if package is None:
        raise NotThere("package_unknown", package=package_id)
    if not package.active:
        raise PackageRefused("package_left_platform", package=titled(package_id, package.name))
    if not package.extra:
        raise PackageRefused("package_is_not_extra", package=titled(package_id, package.name))
    return str(package.name)
