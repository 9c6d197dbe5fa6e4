"""Checks that a client plan may have TV packages and points."""

from __future__ import annotations

from datetime import date

from multitv.changes.change import Change, titled
from multitv.changes.errors import NotThere, PlanRefused
from multitv.database.sql import named


def require_tv(change: Change, client_plan_id: int, today: date) -> int:
    """Return the service plan's id if packages and points may be added to the client plan on `today`.

    Raises NotThere, PlanRefused (cancelled, or the service plan allows no TV).
    """
    plan = change.connection.execute(
        named("contracts/read_client_plan"), {"client_plan_id": client_plan_id, "today": today}
    ).first()
    if plan is None:
        raise NotThere(f"O ERP não tem o plano do cliente {client_plan_id}: confira o número.")
    if plan.cancelled:
        raise PlanRefused(
            f"O plano do cliente {client_plan_id} está cancelado e não recebe mais pacotes nem pontos: use um "
            "plano ativo do cliente."
        )
    if not plan.allows_tv:
        raise PlanRefused(
            f"O plano de serviço {titled(plan.service_plan_id, plan.service_plan_name)}, do plano do cliente "
            f"{client_plan_id}, não permite TV: ponha “Permite a criação de Planos de TV” em Sim na aba TV do "
            "plano de serviço, ou mude o cliente para um plano de serviço com TV."
        )
    return int(plan.service_plan_id)
