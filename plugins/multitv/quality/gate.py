"""A gate between two steps: Great Expectations over SQL queries, evaluated in the database. Writes no rows."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from getpass import getuser
from importlib import import_module
from typing import Any

from sqlalchemy import Engine, select, text
from sqlalchemy.dialects import postgresql

from multitv.database.sql import named
from multitv.errors import PermanentError
from multitv.quality.data_docs import DataDocs
from multitv.settings import Settings

log = logging.getLogger(__name__)


class GateFailed(PermanentError):
    """Rows between two steps are invalid for the next one; the message names each failed expectation."""


@dataclass(frozen=True)
class Batch:
    """Rows to validate: the query of a named SQL file, its parameters, and their expectations."""

    name: str
    query: str
    parameters: dict[str, object]
    expectations: Sequence[Any]


def run_gate(
    engine: Engine, name: str, title: str, batches: Sequence[Batch], next_step: str, settings: Settings
) -> None:
    """Validate every batch, log the result, and write it as Data Docs, a site of this `name`.

    Messages and pages carry counts, never values, which may be personal data.
    Raises GateFailed with `title`, every failed expectation, and `next_step`.
    """
    context = _quiet().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_postgres("isp", connection_string=_connection_string(engine))
    docs = DataDocs(context, settings.data_docs, name)
    try:
        validated = _validate(context, source, batches, docs.actions)
        docs.publish()
    finally:
        source.get_engine().dispose()
    results = [(batch, result) for batch, found in validated.items() for result in found]
    failed = [_explain(batch, result) for batch, result in results if not result.success]
    if failed:
        page = settings.data_docs_page(name)
        raise GateFailed(
            f"{title}: {len(failed)} of {len(results)} expectations failed. {'; '.join(failed)}. {next_step}"
            f"{f' Each expectation: {page}' if page else ''}"
        )
    log.info("%s: %s expectations of %s batches hold.", title, len(results), len(batches))


def expectations() -> Any:
    """Return the module of expectations. Importing it takes seconds, so call this inside a task only."""
    return _quiet().expectations


def _quiet() -> Any:
    """Import Great Expectations without its logging, and without telemetry to its makers."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    gx = import_module("great_expectations")
    # This logger sets its own level on import.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    return gx


def _connection_string(engine: Engine) -> str:
    """Return the engine's URL in the form that Great Expectations accepts: with a user and a host name.

    The folder of a unix socket goes into the query, where it overrides the host.
    """
    url = engine.url
    if not url.host or "/" in url.host:
        url = url.set(host="localhost").update_query_dict({"host": url.host or url.query.get("host", "")})
    if not url.username:
        url = url.set(username=os.environ.get("PGUSER") or getuser())
    return url.render_as_string(hide_password=False)


def _validate(context: Any, source: Any, batches: Sequence[Batch], actions: list[Any]) -> dict[str, list[Any]]:
    gx = _quiet()
    definitions = []
    for batch in batches:
        rows = source.add_query_asset(batch.name, query=_query(batch)).add_batch_definition_whole_table("all")
        suite = context.suites.add(gx.ExpectationSuite(name=batch.name, expectations=list(batch.expectations)))
        definition = gx.ValidationDefinition(name=batch.name, data=rows, suite=suite)
        definitions.append(context.validation_definitions.add(definition))
    checkpoint = gx.Checkpoint(
        name="gate",
        validation_definitions=definitions,
        actions=actions,
        result_format={"result_format": "SUMMARY", "partial_unexpected_count": 0},
    )
    found = context.checkpoints.add(checkpoint).run().run_results.values()
    return {result.suite_name: list(result.results) for result in found}


def _query(batch: Batch) -> str:
    # A query asset takes no parameters and must begin with select, so the compiler renders them as literals.
    rows = select(text("*")).select_from(named(batch.query).bindparams(**batch.parameters).columns().subquery("batch"))
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return str(rows.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _explain(name: str, result: Any) -> str:
    expectation = result.expectation_config
    column = expectation.kwargs.get("column") or ", ".join(expectation.kwargs.get("column_list", ()))
    subject = f"{name}: {expectation.type}{f' of {column}' if column else ''}"
    raised = [info["exception_message"] for info in _exceptions(result.exception_info) if info["raised_exception"]]
    if raised:
        return f"{subject} could not be judged: {raised[0]}"
    found = result.result
    if "unexpected_count" in found:
        return f"{subject}: {found['unexpected_count']} of {found['element_count']} rows are not so"
    return f"{subject}: {found.get('observed_value')} rows"


def _exceptions(info: dict[str, Any]) -> list[dict[str, Any]]:
    return [info] if "raised_exception" in info else list(info.values())
