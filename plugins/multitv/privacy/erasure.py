"""Erases the personal data of one client (LGPD), keeps what the law wants kept, and says what and why."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from multitv.changes.values import checked_text
from multitv.database.engine import reading, transaction
from multitv.database.sql import named
from multitv.erp.facts import require_client_plans
from multitv.extra_fields import PIN_FIELD
from multitv.labels import sentence
from multitv.privacy.errors import PrivacyRefused
from multitv.privacy.export import require_known

# Not __name__: people search the logs for it, wherever this module is.
log = logging.getLogger("multitv.privacy")


@dataclass(frozen=True)
class Erasure:
    """How many rows were removed and are kept, by kind: keys of labels.SENTENCES.

    `already`: the client had been erased before. `erp_names`: the ERP, in a view that is not ours to change, still has
    a name or a document. `left_on_platform`: the contracts whose subscribers no reconciliation touches.
    """

    client: int
    removed: dict[str, int]
    kept: dict[str, int]
    already: bool
    erp_names: bool
    left_on_platform: list[int]

    def report(self) -> str:
        """Return what happened, in Portuguese, without any personal data."""
        done = sum(self.removed.values())
        code = "privacy_erased" if done else "privacy_erased_already" if self.already else "privacy_nothing_to_erase"
        lines = [sentence(code, {"client": self.client, "rows": done})]
        lines += [f"- {sentence(kind, {'rows': rows})}" for kind, rows in self.removed.items() if rows]
        lines += _kept(self.kept)
        if self.erp_names:
            lines.append(sentence("privacy_erp_names"))
        lines.append(sentence("privacy_platform_follows"))
        lines += [sentence("privacy_left_on_platform", {"client_plan": plan}) for plan in self.left_on_platform]
        return "\n".join(lines)


def erase(engine: Engine, client: int, author: str, today: date) -> Erasure:
    """Erase a client's personal data in one transaction. Harmless when repeated, killed, or done by two at once.

    Raises PrivacyRefused (nobody knows the client, or something of theirs is not over yet), InvalidValue (no author),
    ErpEmpty, DatabaseUnavailable; nothing is then written.
    """
    by = checked_text("author", author)
    with transaction(engine) as connection:
        require_client_plans(connection)
        require_known(connection, client)
        erased = connection.execute(
            named("privacy/erase_client"), {"client": client, "author": by, "today": today, "pin_field": PIN_FIELD}
        ).one()
        if erased.obstacles:
            raise _refused(client, [(each["cause"], each["client_plan"]) for each in erased.obstacles])
        still = connection.execute(named("privacy/erp_still_names"), {"client": client}).scalar_one()
        left = connection.execute(
            named("privacy/list_left_on_platform"), {"client": client, "today": today, "pin_field": PIN_FIELD}
        ).scalars()
        done = Erasure(client, erased.removed, erased.kept, erased.already, bool(still), list(left))
    # After a restore it tells which erasures have to be repeated.
    log.info("The personal data of client %s was erased.", client)
    return done


def foretell(engine: Engine, client: int, today: date) -> str:
    """Return whether a client could be erased, and what would be kept, in Portuguese; changes nothing.

    Raises PrivacyRefused (nobody knows the client), ErpEmpty, DatabaseUnavailable.
    """
    with reading(engine) as connection:
        require_client_plans(connection)
        require_known(connection, client)
        obstacles = connection.execute(named("privacy/list_obstacles"), {"client": client, "today": today}).all()
        kept = connection.execute(named("privacy/count_kept"), {"client": client}).all()
    if obstacles:
        return str(_refused(client, [(row.cause, row.client_plan_id) for row in obstacles]))
    lines = [sentence("privacy_could_be_erased", {"client": client}), *_kept({row.kind: row.rows for row in kept})]
    return "\n".join(lines)


def _kept(kept: dict[str, int]) -> list[str]:
    return [f"- {sentence(kind, {'rows': rows})}" for kind, rows in kept.items()]


def _refused(client: int, obstacles: list[tuple[str, int]]) -> PrivacyRefused:
    reasons = " ".join(sentence(cause, {"client_plan": plan}) for cause, plan in obstacles)
    return PrivacyRefused("privacy_not_over", client=client, reasons=reasons)
