"""Rows of query results as dataclasses, read by name."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Row

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def read_as(kind: type[T], row: Row[Any]) -> T:
    """Return a row as a dataclass: each field from the column of its name. Other columns are left out.

    Raises KeyError if a field has no column.
    """
    return kind(**{field.name: row._mapping[field.name] for field in fields(kind)})
