"""The trigger form of what a client may ask for by law, and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from airflow.sdk import Param
from sqlalchemy import Engine

from multitv.labels import label, sentence
from multitv.privacy.erasure import erase, foretell
from multitv.privacy.export import export
from multitv.settings import Settings

_ACTIONS = ("export_client", "check_erasure", "erase_client")


def privacy_form() -> dict[str, Param]:
    """Return the parameters. There is none for a CPF or CNPJ: Airflow keeps what is typed into a form."""
    return {
        "action": Param(
            "export_client",
            enum=list(_ACTIONS),
            values_display={action: label(action) for action in _ACTIONS},
            title="O que fazer",
            description="Exportar grava um arquivo com tudo o que há sobre o cliente; verificar só diz o que uma "
            "eliminação faria; eliminar não tem volta",
        ),
        "client_id": Param(
            type="integer",
            minimum=1,
            maximum=2**63 - 1,
            title="Número do cliente no ERP",
            description="Não digite CPF nem CNPJ: o Airflow guarda o que se digita aqui",
        ),
    }


def carry_out(engine: Engine, author: str, form: Mapping[str, Any], settings: Settings) -> str:
    """Do what a person asks for in the form, and return what was done in Portuguese, without personal data.

    Raises what `export`, `foretell` and `erase` raise.
    """
    client = int(form["client_id"])
    if form["action"] == "export_client":
        written = export(engine, client, settings.privacy_folder, datetime.now(settings.timezone))
        return sentence("privacy_exported", {"client": client, "rows": written.rows, "file": written.path.name})
    if form["action"] == "check_erasure":
        return foretell(engine, client, settings.today())
    return erase(engine, client, author, settings.today()).report()
