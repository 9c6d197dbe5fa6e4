"""The trigger form of the catalogue sync."""

from __future__ import annotations

from airflow.sdk import Param


def catalog_form() -> dict[str, Param]:
    """Return the DAG parameters: a confirmation that the platform really dropped a large part of its catalogue."""
    return {
        "allow_shrink": Param(
            False,
            type="boolean",
            title="Permitir redução",
            description="Aceitar um catálogo muito menor que o atual: o que sumiu na plataforma será desativado",
        ),
    }
