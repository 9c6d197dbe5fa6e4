"""What went wrong, as a person on a screen or a program behind the JSON API is told: one table for both."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException

from multitv.billing.preview import PreviewOutdated
from multitv.changes.errors import ContractRefused, InvalidValue, NotThere
from multitv.database.engine import (
    DatabaseBusy,
    DatabaseRefused,
    DatabaseUnavailable,
    MissingConnection,
    SchemaMissing,
)
from multitv.errors import TransientError
from multitv.reconciliation.errors import MissingPinKey, NoPin, RevealRefused, TooManyReveals
from multitv.settings import SettingsError
from multitv.web.core.airflow_api import AirflowRefused, AirflowUnavailable, UnknownRun
from multitv.web.core.bulkhead import NoAnswerInTime, ServerBusy
from multitv.web.core.paging import BadCursor
from multitv.web.core.rows import NoSuchRow

_DATABASE = "O banco de dados do ISP não respondeu a tempo. Nada foi gravado; tente de novo em instantes."
_SETUP = "O banco de dados do ISP não está pronto para estas telas: chame quem cuida do Airflow. Nada foi gravado."
_SETTINGS = "Uma configuração do Multi TV está errada: chame quem cuida do Airflow. Nada foi gravado."
_HTTP = {
    400: ("unreadable", "O envio não pôde ser lido."),
    401: ("unauthorized", "Entre no Airflow para continuar."),
    404: ("not_found", "Esta página não existe."),
    405: ("method_not_allowed", "Isto não pode ser feito com este endereço."),
    413: ("too_large", "O envio é grande demais."),
}
# After an error that is likely to pass by itself.
_RETRY_SECONDS = 5


@dataclass(frozen=True)
class ErrorInfo:
    """An error as it is shown: HTTP status, a word for programs, a sentence in Portuguese, the field it is about.

    `retry_after`: the seconds after which the same request may do.
    """

    status: int
    code: str
    message: str
    field: str | None = None
    retry_after: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What the answer's headers say of it: the seconds after which to try again, if that may help."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


UNEXPECTED = ErrorInfo(500, "internal_error", "Algo deu errado aqui, e ficou registrado no log do Airflow.")

# The first that fits; what is not here is an error of ours.
_KNOWN: tuple[tuple[type[Exception], int, str, str | None], ...] = (
    (NoSuchRow, 404, "not_there", None),
    (NotThere, 404, "not_there", None),
    (NoPin, 404, "no_pin", None),
    (BadCursor, 422, "bad_cursor", None),
    (PreviewOutdated, 409, "preview_outdated", None),
    (UnknownRun, 404, "no_such_run", None),
    (AirflowRefused, 409, "airflow_refused", None),
    (AirflowUnavailable, 503, "airflow_unavailable", None),
    (MissingPinKey, 503, "no_pin_key", "Falta a chave que abre os PINs: chame quem cuida do Airflow."),
    (NoAnswerInTime, 503, "no_answer_in_time", None),
    (DatabaseUnavailable, 503, "database_unavailable", _DATABASE),
    (DatabaseBusy, 503, "database_busy", _DATABASE),
    (DatabaseRefused, 503, "database_refused", _SETUP),
    (SchemaMissing, 503, "schema_missing", _SETUP),
    (MissingConnection, 503, "connection_missing", _SETUP),
    (SettingsError, 503, "bad_settings", _SETTINGS),
)


def describe_error(error: Exception) -> ErrorInfo | None:
    """Return how an error is told, None for one that nobody foresaw."""
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"][1:])
        return ErrorInfo(
            422, "invalid_request", f"O pedido não é válido ({path or 'corpo'}): {first['msg']}.", path or None
        )
    if isinstance(error, HTTPException | StarletteHTTPException):
        code, message = _HTTP.get(
            error.status_code, ("forbidden" if error.status_code == 403 else "refused", str(error.detail))
        )
        return ErrorInfo(error.status_code, code, message)
    for kind, status, code, told in _KNOWN:
        if isinstance(error, kind):
            retry_after = _RETRY_SECONDS if isinstance(error, TransientError) else None
            return ErrorInfo(status, code, told or str(error), retry_after=retry_after)
    if isinstance(error, ServerBusy):
        return ErrorInfo(503, error.code, str(error), retry_after=_RETRY_SECONDS)
    if isinstance(error, TooManyReveals):
        return ErrorInfo(429, error.code, str(error), retry_after=error.retry_after)
    if isinstance(error, RevealRefused):
        return ErrorInfo(409, error.code, str(error))
    if isinstance(error, ContractRefused):
        field = error.field if isinstance(error, InvalidValue) else None
        return ErrorInfo(422 if isinstance(error, InvalidValue) else 409, error.code, str(error), field)
    return None
