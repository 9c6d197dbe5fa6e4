"""The TV tab of a service plan: Permite a criação de Planos de TV, Pacote liberado no Plano."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, Row

from multitv.changes.change import Change, changing, titled
from multitv.changes.errors import NotThere, PackageRefused, PlanRefused
from multitv.database.locks import lock
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.erp.facts import has_service_plan
from multitv.offer.rows import PlanSetting


def change_default_package(engine: Engine, author: str, service_plan_id: int, package_id: int) -> PlanSetting:
    """Choose the package that is included in a service plan. Its client plans get it at the next reconciliation.

    Points above the new package's limit stay; only new ones are refused. A service plan without a TV tab gets one that
    does not allow TV. The same package changes nothing.
    Raises NotThere, PackageRefused, InvalidValue, DatabaseUnavailable.
    """
    with changing(engine, author, "change_default_package") as change:
        before = _lock(change, service_plan_id)
        change.lock_package(package_id)
        _require_basic(change, package_id)
        return _write(change, before, service_plan_id, before.allows_tv if before else False, package_id)


def set_allows_tv(engine: Engine, author: str, service_plan_id: int, allows_tv: bool) -> PlanSetting:
    """Set whether a service plan may carry TV. Its client plans keep their packages, but are served only while it may.

    Raises NotThere, PlanRefused (it has no default package), PackageRefused (the platform no longer has that one),
    InvalidValue, DatabaseUnavailable.
    """
    with changing(engine, author, "set_allows_tv") as change:
        before = _lock(change, service_plan_id)
        if allows_tv:
            _require_default(change, before, service_plan_id)
        return _write(change, before, service_plan_id, allows_tv, before.package_id if before else None)


def change_tv_tab(
    engine: Engine, author: str, service_plan_id: int, *, allows_tv: bool, package_id: int | None
) -> PlanSetting:
    """Change both fields of the screen's form, or neither. Each change gets an audit row of its own.

    `package_id` None leaves the package as it is; so does the same package, which a plan that already allows TV may
    keep even if it left the platform meanwhile.
    Raises NotThere, PlanRefused (TV without a default package), PackageRefused, InvalidValue, DatabaseUnavailable.
    """
    with changing(engine, author, "set_allows_tv") as change:
        before = _lock(change, service_plan_id)
        if package_id is not None and (before is None or before.package_id != package_id):
            change.lock_package(package_id)
            _require_basic(change, package_id)
            of_package = replace(change, action="change_default_package")
            _write(of_package, before, service_plan_id, before.allows_tv if before else False, package_id)
            before = _lock(change, service_plan_id)
        if allows_tv:
            _require_default(change, before, service_plan_id)
        return _write(change, before, service_plan_id, allows_tv, before.package_id if before else None)


def _lock(change: Change, service_plan_id: int) -> Row[Any] | None:
    of = {"service_plan_id": service_plan_id}
    lock(change.connection, f"service plan {service_plan_id}")
    if not has_service_plan(change.connection, service_plan_id):
        raise NotThere("service_plan_unknown", service_plan=service_plan_id)
    return change.connection.execute(named("offer/lock_service_plan_setting"), of).one_or_none()


def _require_default(change: Change, setting: Row[Any] | None, service_plan_id: int) -> None:
    """Raises PlanRefused or PackageRefused if the service plan has no default package with which it may allow TV."""
    if setting is None or setting.package_id is None:
        raise PlanRefused("tv_without_default_package", field="package_id", service_plan=service_plan_id)
    if not setting.allows_tv:
        change.lock_package(setting.package_id)
        _require_basic(change, setting.package_id)


def _require_basic(change: Change, package_id: int) -> None:
    package = change.connection.execute(named("changes/read_package"), {"package_id": package_id}).one_or_none()
    if package is None:
        raise NotThere("package_unknown", package=package_id)
    if not package.active:
        raise PackageRefused("package_left_platform", package=titled(package_id, package.name))
    if package.extra:
        raise PackageRefused("default_package_is_extra", package=titled(package_id, package.name))
    if package.service_type != "BASIC_SERVICE":
        raise PackageRefused("default_package_is_not_basic", package=titled(package_id, package.name))


def _write(
    change: Change, before: Row[Any] | None, service_plan_id: int, allows_tv: bool, package_id: int | None
) -> PlanSetting:
    if before is not None and (before.allows_tv, before.package_id) == (allows_tv, package_id):
        return read_as(PlanSetting, before)
    after = change.connection.execute(
        named("offer/upsert_service_plan_setting"),
        {"service_plan_id": service_plan_id, "allows_tv": allows_tv, "package_id": package_id},
    ).one()
    on_platform = allows_tv or (before is not None and before.allows_tv)
    change.record(
        before.state if before else None, after.state, service_plan_id=service_plan_id, on_platform=on_platform
    )
    return read_as(PlanSetting, after)
