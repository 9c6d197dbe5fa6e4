"""The Portuguese words of every code that the database and the errors carry, in the manual's words where it has them.

The only home of such words: a code stands for a label, or for a sentence that shows the parameters stored with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any

from multitv.money import reais

LABELS = {
    # status of a client plan, a client
    "active": "Ativo",
    "suspended": "Suspenso",
    "cancelled": "Cancelado",
    "live": "Ativo",
    "future": "Futuro",
    # billing events, runs and invoices
    "pending": "Pendente",
    "processed": "Processado",
    "new": "Nova",
    "charge": "Cobrança",
    "reversal": "Estorno",
    "open": "Aberta",
    "saved": "Salvo",
    "closed": "Fechada",
    "failed": "Falhou",
    "paid": "Paga",
    "plan": "Plano",
    "tv_package": "Pacote Extra",
    # why a client package is not charged
    "client_plan_cancelled": "contrato cancelado",
    "client_plan_suspended": "contrato suspenso",
    "client_plan_not_active_yet": "contrato ainda não ativo",
    "plan_without_tv": "plano sem TV",
    "package_not_extra": "pacote não é extra",
    "package_inactive": "pacote fora da plataforma",
    "not_added_yet": "pacote começa depois",
    "package_cancelled": "pacote cancelado",
    "no_price": "sem preço",
    "free": "gratuito",
    "already_billed": "já cobrado neste mês",
    "not_due": "vencimento mudou",
    "below_minimum": "abaixo do valor mínimo",
    "corrected": "estornado ou cancelado por uma pessoa",
    "negative_price": "preço negativo (erro nos dados)",
    "listed_twice": "repetido pelo ERP (erro nos dados)",
    # what a charge is made by
    "full": "valor cheio",
    "daily": "por dia",
    "advance": "mês do vencimento",
    "arrears": "mês vencido",
    # packages
    "BASIC_SERVICE": "Básico",
    "EXTENDED_SERVICE": "Adicional",
    "channel": "Canal",
    "package": "Pacote",
    "package_channel": "Canal de pacote",
    # what people change
    "add_package": "Add. Pacote",
    "cancel_package": "Cancelar Pacote",
    "delete_package": "Apagar Pacote",
    "add_point": "Add. Ponto",
    "edit_point": "Editar Ponto",
    "remove_point": "Retirar Ponto",
    "swap_point": "Trocar Ponto",
    "change_default_package": "Pacote liberado no Plano",
    "set_allows_tv": "Permite a criação de Planos de TV",
    "change_offer": "Oferta do pacote",
    # reconciliation
    "create": "criar assinante",
    "update": "atualizar nome",
    "suspend": "suspender assinante",
    "resume": "reativar assinante",
    "deactivate": "desativar assinante",
    "recover_pin": "recuperar PIN",
    "add_service": "incluir serviço",
    "end_service": "encerrar serviço",
    "edit_device": "editar aparelho",
    "add_device": "incluir aparelho",
    "remove_device": "retirar aparelho",
    "planned": "planejada",
    "applied": "aplicada",
    "rejected": "recusada",
    "superseded": "substituída",
    "approved": "aprovado",
    "verified": "conferido",
    "ACTIVE": "Ativo",
    "SUSPENDED": "Suspenso",
    "INACTIVE": "Inativo",
    "sold_not_active": "Vendido e não ativo",
    "active_not_billed": "Ativo e não cobrado",
    "billed_not_active": "Cobrado e não ativo",
    "included": "Liberado no plano",
    "extra": "Pacote Extra",
    # states of Airflow's tasks and runs
    "success": "concluída",
    "running": "em andamento",
    "queued": "na fila",
    "scheduled": "agendada",
    "deferred": "aguardando",
    "awaiting_input": "aguarda uma pessoa",
    "up_for_retry": "tentará de novo",
    "up_for_reschedule": "aguardando",
    "restarting": "reiniciando",
    "upstream_failed": "não iniciada",
    "skipped": "não foi necessária",
    "removed": "removida",
}

# The key is the code of an error or of a reason. In braces: a parameter, and how it is shown (see `sentence`).
SENTENCES: dict[str, str] = {
    # where the amount of a billing event comes from, in parts
    "explained_charge": "{package} em {reference_month:month}: {amount:reais}",
    "explained_reversal": "Estorno de {package} em {reference_month:month}: {amount:reais}",
    "explained_whole_month": "mês cheio",
    "explained_days": "{days} de {denominator} dias de {price:reais}",
    "explained_price_of_client": "preço do cliente",
    "explained_price_of_package": "preço do pacote",
    "explained_policy": "política {policy_id}: {proration:label}, {timing:label}",
    # what is unusual about a list of billing
    "not_billed_month_before": "Este vencimento não foi faturado no mês anterior: não há com que comparar.",
    "charges_changed": "O número de cobranças mudou mais de {share:.0%} em um mês: de {before} para {after}.",
    "amount_changed": "O total mudou mais de {share:.0%} em um mês: de {before:reais} para {after:reais}.",
    "charge_above_limit": "Há uma cobrança de {amount:reais}, acima do limite de {limit:reais}.",
    "as_written": "{text}",
    # why sale, service and charge disagree
    "package_ended_before": "pacote cancelado em {ended_on:day}, antes do que foi cobrado",
    "contract_ended_before": "contrato cancelado em {ended_on:day}, antes do que foi cobrado",
    "package_deactivated": "a plataforma desativou o pacote",
    "not_approved": "a reconciliação que o ativaria não foi aprovada",
    "client_without_name": "o ERP não sabe o nome do cliente",
    "second_basic_service": "um assinante tem um só serviço básico",
    "refused_by_platform": "recusado pela plataforma: {outcome}",
    "sold_lately": "vendido há pouco: a próxima reconciliação o ativa",
    "no_subscriber": "sem assinante na plataforma",
    "subscriber_suspended": "assinante suspenso na plataforma",
    "subscriber_inactive": "assinante inativo na plataforma",
    "service_missing": "falta na plataforma",
    "not_sold": "não vendido",
    "not_sold_since": "não vendido desde {since:day}",
    "excluded": "{exclusion:label}",
    "not_on_list": "fora da lista do vencimento {due_date:day}",
}
_UNKNOWN = "motivo sem descrição"


def label(code: str | None) -> str:
    """Return what a code is called on a screen, a dash for none. A code without a label is shown as it is."""
    return LABELS.get(code or "", code or "—")


def sentence(code: str, parameters: Mapping[str, object] | None = None) -> str:
    """Return the sentence of a code with its parameters, which may come from JSON.

    A parameter is shown as `{name}`, or as `{name:day}` (dd/mm/aaaa), `{name:month}` (mm/aaaa), `{name:reais}` or
    `{name:label}` (the label of a code). Raises KeyError if a parameter of the sentence is missing. A code without
    words gets a sentence that says so, because a page must not break for one.
    """
    return _WORDS.vformat(SENTENCES.get(code, _UNKNOWN), (), dict(parameters or {}))


class _Words(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        match format_spec:
            case "day":
                return f"{_date(value):%d/%m/%Y}"
            case "month":
                return f"{_date(value):%m/%Y}"
            case "reais":
                return reais(Decimal(str(value)))
            case "label":
                return label(str(value))
        return str(super().format_field(value, format_spec))


def _date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


_WORDS = _Words()
