"""The Portuguese words of every code that the database and the errors carry, in the manual's words where it has them.

The only home of such words: a code stands for a label, or for a sentence that shows the parameters stored with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    "first_name": "nome",
    "last_name": "sobrenome",
    "status": "situação",
    "device_type_uid": "tipo do aparelho",
    "serial": "número de série",
    "label": "rótulo do ponto",
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
    # a reason that is kept as text only
    "see_detail": "o motivo está no detalhe técnico",
    # why a person has to approve a change set
    "many_removals": (
        "{removals} planos de clientes perderiam um serviço ou um aparelho, ou seriam bloqueados: mais que {limit}"
    ),
    "large_share_of_removals": (
        "{removals} planos de clientes perderiam um serviço ou um aparelho, ou seriam bloqueados: mais de {share:.0%} "
        "dos {managed} assinantes da plataforma que são nossos"
    ),
    "large_share_of_changes": (
        "{client_plans} planos de clientes mudariam: mais de {share:.0%} dos {known} que conhecemos"
    ),
    "fewer_client_plans": (
        "o ERP tem {desired} planos de clientes a atender, e tinha {before} na última conferência: ele está completo?"
    ),
    "fewer_subscribers": (
        "a plataforma tem {managed} dos {provisioned} assinantes que criamos: é a plataforma certa, e está completa?"
    ),
    # why an operation on the platform is to be done
    "subscriber_is_missing": "vendido, mas sem assinante na plataforma",
    "name_differs": "o nome é outro no ERP",
    "contract_is_active": "o contrato está ativo",
    "contract_is_suspended": "o contrato está suspenso",
    "contract_is_cancelled": "o contrato está cancelado",
    "plan_lost_tv": "o plano não tem mais TV",
    "pin_is_unknown": "o PIN não é conhecido aqui",
    "service_is_missing": "vendido, mas não ativo na plataforma",
    "service_is_not_sold": "ativo na plataforma, mas não vendido",
    "device_is_missing": "é um ponto do cliente, mas falta na plataforma",
    "device_is_no_point": "está na plataforma, mas não é um ponto do cliente",
    "device_differs": "os dados do ponto são outros na plataforma",
    # why an operation was not done, or what was noticed
    "client_without_name": "o ERP não sabe o nome do cliente",
    "service_is_inactive": "a plataforma desativou o serviço",
    "second_basic_service": "um assinante tem um só serviço básico",
    "removal_not_approved": "a retirada não foi aprovada: fica para a próxima reconciliação",
    "recomputed": "recalculada, porque o assinante mudou na plataforma",
    "subscriber_not_created": "o assinante não pôde ser criado",
    "pin_not_received": "a plataforma não informou o PIN novo",
    "keeps_changing": "outra pessoa ou outro sistema não para de mudar o assinante",
    "ended_before": "o serviço já estava encerrado",
    "removed_before": "o aparelho já tinha saído",
    # what the platform refuses
    "refused_by_platform": "a plataforma recusou esta operação",
    "validation_error": "a plataforma não aceita os dados enviados",
    "invalid_mac": "a plataforma não aceita este MAC",
    "not_found": "a plataforma não conhece o que foi pedido",
    "subscriber_not_found": "o assinante não existe mais na plataforma",
    "service_not_found": "a plataforma não conhece este serviço",
    "device_not_found": "a plataforma não conhece este aparelho",
    "subscriber_exists": "a plataforma já tem um assinante para este contrato",
    "device_assigned_elsewhere": "o aparelho está com outro assinante da plataforma",
    "device_limit_exceeded": "o assinante já tem na plataforma o máximo de aparelhos",
    "basic_service_required": "a plataforma exige um serviço básico ativo",
    "idempotency_mismatch": "a plataforma recebeu antes outra operação com esta mesma chave",
    "version_conflict": "o assinante mudou na plataforma enquanto era alterado",
    # why a row of the platform's catalogue is in quarantine
    "uid_not_storable": "o código na plataforma tem caracteres que não podem ser gravados",
    "name_is_blank": "o nome está em branco",
    "active_is_not_boolean": "não diz se está ativo",
    "number_is_not_whole": "o número do canal não é um número inteiro",
    "number_out_of_range": "o número do canal não está entre 1 e 9999",
    "number_is_taken": "outro canal ativo tem o mesmo número, {number}",
    "genre_is_unknown": "a família não é das que a plataforma lista",
    "genre_without_name": "a família não tem nome",
    "type_is_unknown": "o tipo não é básico nem adicional",
    "max_devices_is_not_whole": "o limite de aparelhos não é um número inteiro",
    "max_devices_out_of_range": "o limite de aparelhos não está entre 0 e 1000",
    "channels_are_no_list": "os canais do pacote não são uma lista de códigos",
    "channel_in_quarantine": "o canal {channel_uid} está em quarentena e nunca foi aceito antes",
    "channel_not_listed": "a plataforma não lista o canal {channel_uid}",
    # why a billing run failed
    "unexpected_error": "erro inesperado",
    "task_killed": "a tarefa foi interrompida antes de terminar",
    "settings_error": "uma configuração do sistema está errada",
    "missing_connection": "falta a conexão com o banco de dados",
    "database_unavailable": "o banco de dados não respondeu",
    "database_busy": "o banco de dados estava ocupado",
    "database_refused": "o banco de dados recusou a operação",
    "schema_missing": "o banco de dados não está preparado para esta versão do sistema",
    "erp_empty": "o ERP não mostra nenhum plano de cliente",
    "check_failed": "uma conferência encontrou dados errados",
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


@dataclass(frozen=True)
class Reason:
    """A code with the parameters that its sentence shows, as the database keeps them."""

    code: str
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The words of the reason."""
        return sentence(self.code, self.parameters)

    def __str__(self) -> str:
        """Return the code and the parameters, for a log."""
        shown = ", ".join(f"{name}: {value}" for name, value in self.parameters.items())
        return f"{self.code} ({shown})" if shown else self.code


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
