"""Renders pages and parts of pages from Jinja templates, which escape all values."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from multitv.documents import formatted
from multitv.labels import label, number, sentence
from multitv.money import reais
from multitv.settings import get_settings
from multitv.web.core.access import Person
from multitv.web.core.navigation import SCREENS

WEB = Path(__file__).parents[1]


def render(
    request: Request, template: str, person: Person | None, *, status: int = 200, note: str | None = None, **values: Any
) -> HTMLResponse:
    """Render a template as an HTML response.

    A `note` says on the screen what was done, and closes the dialog that is open.
    """
    root = request.scope.get("root_path", "")
    body = _environment.get_template(template).render(
        root=root,
        airflow=root.removesuffix("/multitv"),
        person=person,
        path=request.url.path.removeprefix(root),
        **values,
    )
    # static/multitv.js listens to these events.
    headers = {"HX-Trigger": json.dumps({"note": note, "contract-changed": True})} if note is not None else {}
    return HTMLResponse(body, status, headers)


def day(value: date | None) -> str:
    """Return a day as dd/mm/aaaa."""
    return f"{value:%d/%m/%Y}" if value else "—"


def month(value: date) -> str:
    """Return a reference month as mm/aaaa."""
    return f"{value:%m/%Y}"


def moment(value: datetime | None) -> str:
    """Return a time as dd/mm/aaaa hh:mm in the ISP's time zone."""
    return f"{value.astimezone(get_settings().timezone):%d/%m/%Y %H:%M}" if value else "—"


def money(value: Decimal | None) -> str:
    """Return an amount in reais, a dash for none."""
    return "—" if value is None else reais(value)


def recorded(value: object, name: str) -> str:
    """Return what an audit row has of a column, which is JSON: a day, an amount of money, yes or no, or a text."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "Sim" if value else "Não"
    if name == "price":
        return reais(Decimal(str(value)))
    if name.endswith("_on") or name in ("since", "until"):
        return day(date.fromisoformat(str(value)))
    return str(value)


def document(value: str | None) -> str:
    """Return a valid CPF or CNPJ with its dots and dashes; other text is returned unchanged, a dash for none."""
    return formatted(value) if value else "—"


def _make_environment() -> Environment:
    environment = Environment(
        # The name clients/client_plan.html stands for the file clients/templates/client_plan.html.
        loader=PrefixLoader({path.parent.name: FileSystemLoader(path) for path in WEB.glob("*/templates")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": day,
        "month": month,
        "moment": moment,
        "money": money,
        "number": number,
        "label": label,
        "sentence": sentence,
        "document": document,
        "recorded": recorded,
    }
    environment.globals["screens"] = SCREENS
    return environment


_environment = _make_environment()
