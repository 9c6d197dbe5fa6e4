"""A PIN for a person to read out to the client: shown only once it is on record who saw it. Nothing here logs."""

from __future__ import annotations

from pydantic import SecretStr
from sqlalchemy import Engine

from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.reconciliation.errors import InvalidAuthor, NoPin
from multitv.reconciliation.fields import PIN_FIELD
from multitv.reconciliation.pins import Pins

_AUTHOR_LENGTH = 200


def reveal(engine: Engine, author: str, client_plan_id: int, keys: SecretStr | None) -> SecretStr:
    """Return the PIN of a client plan after tv.pin_reveal says who was shown it; `keys` is MULTITV_PIN_KEYS.

    Raises InvalidAuthor, NoPin, MissingPinKey (none of the keys fits), DatabaseUnavailable; then no PIN is told, and no
    row written.
    """
    by = author.strip()
    if not by or len(by) > _AUTHOR_LENGTH or not by.isprintable():
        raise InvalidAuthor(
            f"O autor não tem de 1 a {_AUTHOR_LENGTH} caracteres visíveis, e sem autor o PIN não é mostrado: entre no "
            "sistema com o seu usuário. Nada foi gravado."
        )
    pins = Pins(keys)
    with transaction(engine) as connection:
        stored = connection.scalar(
            named("reconciliation/read_field"), {"client_plan_id": client_plan_id, "name": PIN_FIELD}
        )
        if stored is None:
            raise NoPin(
                f"O plano do cliente {client_plan_id} ainda não tem {PIN_FIELD}, que a integração preenche: confira o "
                "número e se o plano está ativo e permite TV, e aguarde a próxima reconciliação. Nada foi gravado."
            )
        pin = pins.decrypt(stored)
        connection.execute(named("reconciliation/insert_pin_reveal"), {"author": by, "client_plan_id": client_plan_id})
    return pin
