"""Turns rows of the database into the models that the screens and the JSON API show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Row

from multitv.database.sql import named
from multitv.errors import Refusal


class NoSuchRow(Refusal):
    """What a screen was asked to show does not exist."""

    code = "not_there"
    status = 404
    # What was changed is read again to be shown.
    wrote_nothing = None


class Shown(BaseModel):
    """The base of models of rows. Money is in reais, in JSON as text with two decimals; days are YYYY-MM-DD."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def of(cls, row: Row[Any], **more: Any) -> Self:
        """Return a row as this model, with `more` values that the row does not have."""
        return cls(**row._mapping, **more)


def select(connection: Connection, name: str, parameters: Mapping[str, Any] | None = None) -> list[Row[Any]]:
    """Return the rows of the query in include/sql/web/<name>.sql."""
    return list(connection.execute(named(f"web/{name}"), dict(parameters or {})).all())
