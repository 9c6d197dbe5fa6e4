"""The Portuguese words of alerts, good as an e-mail and as a message of Telegram. docs/runbook.md shows each of them.

An alert says what happened, how many contracts and reais it is about, the next step, and where to take it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from multitv.alerts.kinds import KINDS
from multitv.labels import SENTENCES, counted, fill, label, sentence

# Telegram takes 4,096 characters with title and markup.
MOST_CHARACTERS = 3_400


@dataclass(frozen=True)
class Alert:
    """An alert as it is told. `client_plans` and `amount` are None if they are not known."""

    id: int
    kind: str
    parameters: Mapping[str, Any]
    client_plans: int | None
    amount: Decimal | None
    opened_at: datetime
    over_at: datetime | None = None


@dataclass(frozen=True)
class Words:
    """What an alert says, with its parameters in braces as labels.sentence takes them. `over`: that it is over."""

    what: str
    next_step: str
    over: str


WORDS = {
    "task_failed": Words(
        "{dags}: {cause}. {tasks:tarefa falhou|tarefas falharam} sem nova tentativa{about_due_dates}, "
        "a última em “{task}”.",
        "{cause_step}",
        "Voltou ao normal: {cause} ({dags}).",
    ),
    "billing_question": Words(
        "A lista do Faturamento TV de {due_date:day} espera a resposta de uma pessoa: "
        "{charges:cobrança|cobranças}, {amount:reais}. Sem resposta até {until}, nada é salvo.",
        "Abra no Airflow a execução do Faturamento TV que aguarda uma pessoa, leia o que há de incomum, e aprove ou "
        "rejeite.",
        "A pergunta sobre a lista do Faturamento TV de {due_date:day} não espera mais.",
    ),
    "billing_not_approved": Words(
        "O Faturamento TV de {due_date:day} não foi salvo, porque {answer_words}: {charges:cobrança|cobranças}, "
        "{amount:reais}, ainda por fazer.",
        "Corrija o que está errado na lista, ou confirme que está certa, e execute de novo o Faturamento TV deste "
        "vencimento.",
        "O Faturamento TV de {due_date:day} teve outra resposta ou foi salvo.",
    ),
    "standard_billing_late": Words(
        "O Faturamento Padrão de {due_date:day} {failed_words}: {charges:cobrança|cobranças} de TV, {amount:reais}, "
        "esperam por ele até {until_day:day}; depois o Faturamento TV falha.",
        "Execute o Faturamento Padrão deste vencimento ou veja por que parou; se o ERP fatura os planos, veja se ele "
        "terminou.",
        "O Faturamento Padrão de {due_date:day} foi fechado, ou nada mais espera por ele.",
    ),
    "reconciliation_question": Words(
        "{removals:contrato perderia|contratos perderiam} algo na plataforma de TV, e isso espera a resposta de uma "
        "pessoa: {operations:operação|operações}, em {client_plans:contrato|contratos} com {amount:reais} de extras "
        "por mês. Sem resposta até {until}, nada é retirado.",
        "Abra no Airflow a execução de Aprovar retiradas de TV que aguarda uma pessoa, confira a amostra, e aprove ou "
        "rejeite. Se o ERP estiver errado, rejeite.",
        "A pergunta sobre retiradas na plataforma de TV não espera mais.",
    ),
    "reconciliation_not_approved": Words(
        "Retiradas de {removals:contrato|contratos} na plataforma de TV não foram feitas, porque {answer_words}.",
        "Se o ERP está errado, corrija-o. Se as retiradas estão certas, responda à próxima pergunta de Aprovar "
        "retiradas de TV.",
        "As retiradas na plataforma de TV que não foram aprovadas foram perguntadas de novo, ou têm mais de um dia.",
    ),
    "reconciliation_late": Words(
        "A plataforma de TV não é comparada com os contratos desde {since}: o que foi vendido, suspenso ou cancelado "
        "desde então pode não ter chegado a ela. {client_plans:contrato alterado espera|contratos alterados esperam}.",
        "Veja no Airflow se Reconciliar planos de TV está pausado, na fila, falhando ou adiado à "
        "espera da plataforma, e corrija a causa que o log da tarefa diz.",
        "A plataforma de TV foi comparada de novo com os contratos.",
    ),
    "operations_rejected": Words(
        "A plataforma de TV recusou alterações de {client_plans:contrato|contratos}, com {amount:reais} de extras por "
        "mês: {reason:sentence}.",
        "O relatório da última reconciliação nomeia os contratos. Corrija-os na tela do cliente, ou na plataforma; a "
        "próxima reconciliação tenta de novo.",
        "A plataforma de TV não recusa mais alterações por isto: {reason:sentence}.",
    ),
    "client_plans_parked": Words(
        "{client_plans:contrato está parado|contratos estão parados} na reconciliação, com {amount:reais} de extras "
        "por mês: {reason_label}.",
        "O relatório da última reconciliação nomeia os contratos. Corrija as linhas deles no ERP.",
        "Nenhum contrato está mais parado por isto: {reason_label}.",
    ),
    "subscribers_parked": Words(
        "{subscribers:assinante da plataforma de TV está|assinantes da plataforma de TV estão} em quarentena: não "
        "podem ser lidos, ou não se sabe de quem são. Com eles {client_plans:contrato espera|contratos esperam}.",
        "A tela os lista, com o que há de errado em cada um. Corrija-os na plataforma.",
        "Nenhum assinante da plataforma de TV está mais em quarentena.",
    ),
    "catalog_quarantined": Words(
        "A última sincronização do catálogo pôs em quarentena {channels:canal|canais}, {packages:pacote|pacotes} e "
        "{links:canal de pacote|canais de pacotes}: o que estava aqui antes ficou como estava.",
        "A tela lista as linhas, com o que há de errado em cada uma. Corrija-as na plataforma, e sincronize de novo.",
        "O catálogo não tem mais linhas em quarentena.",
    ),
    "catalog_late": Words(
        "O catálogo de TV não é sincronizado desde {since}: canais e pacotes podem estar diferentes na plataforma.",
        "Veja no Airflow se Sincronizar catálogo de TV está pausado, na fila, falhando ou adiado à "
        "espera da plataforma, e corrija a causa que o log da tarefa diz.",
        "O catálogo de TV foi sincronizado de novo.",
    ),
    "due_days_unserved": Words(
        "{client_plans:contrato ativo com extras vence|contratos ativos com extras vencem} em dias que nenhum "
        "faturamento cobre ({due_days}): {amount:reais} por mês não são cobrados.",
        "Inclua os dias em MULTITV_DUE_DAYS e reinicie os componentes do Airflow, ou mude o vencimento dos contratos "
        "no ERP.",
        "Todos os contratos com extras vencem em dias que o faturamento cobre.",
    ),
    "months_open": Words(
        "{client_plans:contrato deve|contratos devem} {amount:reais} de {months:mês que nenhum vencimento cobrou|"
        "meses que nenhum vencimento cobrou} (de {first:month} a {last:month}).",
        "A tela lista os meses. Cobre-os pela política de faturamento, ou dispense-os.",
        "Nenhum mês está mais em aberto.",
    ),
    "charges_overdue": Words(
        "{charges:cobrança de TV passou|cobranças de TV passaram} do vencimento sem entrar em uma fatura: "
        "{client_plans:contrato|contratos}, {amount:reais}, {dates:vencimento|vencimentos}, o primeiro em {first:day}.",
        "A tela lista as cobranças. Veja se as faturas existem e estão abertas no ERP, e execute o Faturamento TV "
        "destes vencimentos.",
        "Nenhuma cobrança de TV passou do vencimento sem fatura.",
    ),
    "backup_late": Words(
        "O último backup conferido dos bancos de dados é de {since}.",
        "Veja o log de quem faz os backups (serviço backup), espaço em disco e acesso ao banco, e faça um à mão: "
        "python -m multitv.backup make.",
        "Há um backup novo e conferido.",
    ),
    "tasks_waiting": Words(
        "{tasks:tarefa espera|tarefas esperam} desde {since} por uma vaga no pool {pool} do Airflow, que "
        "{slots_words}.",
        "Veja no Airflow, em Admin > Pools, quem ocupa as vagas, e encerre o que ficou preso ou aumente o pool. Se ele "
        "não existe ou não tem vagas, execute python -m multitv.release ou corrija-o ali.",
        "Nenhuma tarefa espera mais há horas por uma vaga no pool {pool} do Airflow.",
    ),
    "pin_reveals": Words(
        "Consultas incomuns ao Auth Pin: em 24 horas {people:pessoa viu|pessoas viram} os PINs de "
        "{client_plans:contrato|contratos}; quem mais viu, os de {most}.",
        "Veja na tabela tv.pin_reveal quem foi, e pergunte o motivo. Se não houver um, tire o acesso e troque os PINs "
        "destes contratos.",
        "Nas últimas 24 horas ninguém consultou PINs de forma incomum.",
    ),
}

_READ_LOG = (
    "Abra a tarefa pelo link: as últimas linhas do log dizem a causa e o próximo passo. Corrija a causa e limpe a "
    "tarefa (Clear)."
)
_NEXT_RUN = "Veja se ela responde e quem cuida dela. A próxima execução retoma de onde esta parou."
# Nothing more is known of it than that it failed.
_NO_REASON = (
    "Abra a tarefa pelo link e veja se há log. Se não há, ela não pôde começar ou foi interrompida: veja se o disco "
    "dos logs do Airflow está cheio, se faltou memória e se os processos do Airflow (dag-processor, workers) estão de "
    "pé. Corrija a causa e limpe a tarefa (Clear)."
)
# What people call the causes that labels.SENTENCES does not name, each with its next step.
CAUSES: dict[str, tuple[str, str]] = {
    "platform_unavailable": ("a plataforma de TV não responde", _NEXT_RUN),
    "reason_lost": ("uma tarefa falhou sem deixar o motivo", _NO_REASON),
    "wrong_credentials": ("a plataforma de TV não aceita o login", _READ_LOG),
    "bad_connection": ("a conexão com a plataforma de TV está errada", _READ_LOG),
    "operator_mismatch": ("o login da plataforma de TV é de outro operador", _READ_LOG),
    "bad_answer": ("a plataforma de TV respondeu algo inesperado", _READ_LOG),
    "unreadable_answer": ("a plataforma de TV respondeu algo inesperado", _READ_LOG),
    "refused": ("a plataforma de TV recusou um pedido", _READ_LOG),
    "empty_catalog": ("o catálogo da plataforma veio vazio, e foi recusado", _READ_LOG),
    "shrunken_catalog": ("o catálogo da plataforma perdeu linhas demais, e foi recusado", _READ_LOG),
    "too_much_quarantine": ("o catálogo da plataforma tem linhas erradas demais, e foi recusado", _READ_LOG),
    "staged_catalog_missing": ("o catálogo lido se perdeu", _READ_LOG),
    "source_shrunken": ("o ERP ou a plataforma de TV perdeu linhas demais, e nada foi enviado", _READ_LOG),
    "difference_left": ("a plataforma de TV ainda difere dos contratos depois da reconciliação", _READ_LOG),
    "change_set_too_old": ("a reconciliação ficou velha antes de ser aplicada", _READ_LOG),
    "question_unanswered": ("ninguém respondeu no prazo sobre retiradas na plataforma de TV", _READ_LOG),
    "removals_rejected": ("uma pessoa rejeitou retiradas na plataforma de TV", _READ_LOG),
    "row_rejected": ("a plataforma de TV recusou uma linha", _READ_LOG),
    "not_found": ("a plataforma de TV não conhece o que foi pedido", _READ_LOG),
    "not_approved": ("a reconciliação não foi aprovada", _READ_LOG),
    "staging_missing": ("a leitura da plataforma se perdeu", _READ_LOG),
    "no_pin_key": ("falta a chave que abre os PINs", _READ_LOG),
    "still_running": ("outra execução ainda está em andamento", _READ_LOG),
    "unfinished_runs": (
        "há vencimentos cujo faturamento parou",
        "Abra a tarefa pelo link: o relatório no log diz o próximo passo de cada vencimento.",
    ),
    "due_days_unserved": ("há contratos com extras em dias que nenhum faturamento cobre", _READ_LOG),
    "months_open": (
        "há meses encerrados que nenhum vencimento cobrou",
        "A lista Meses em aberto do Painel diz quais. Cobre-os pela política de faturamento, ou dispense-os.",
    ),
    "billing_run_failed": ("o faturamento de um vencimento falhou", _READ_LOG),
    "billing_run_missing": ("o faturamento de um vencimento não foi encontrado", _READ_LOG),
    "correction_unanswered": ("ninguém respondeu sobre uma correção no prazo", _READ_LOG),
    "correction_changed": ("o que seria corrigido mudou antes da resposta", _READ_LOG),
    "bad_due_date": ("o vencimento pedido não existe", _READ_LOG),
    "pool_missing": ("falta um pool do Airflow", _READ_LOG),
    "database_read_only": ("o banco de dados do ISP não aceita gravações", _READ_LOG),
    "pooled_by_transaction": ("o banco de dados do ISP é acessado por um pooler que não serve", _READ_LOG),
    "rights_missing": ("faltam direitos no banco de dados do ISP", _READ_LOG),
    "server_too_old": ("o PostgreSQL do ISP é antigo demais", _READ_LOG),
    "schema_ahead": ("o banco de dados do ISP é de uma versão mais nova do sistema", _READ_LOG),
    "old_numbering": ("o banco de dados do ISP é de uma versão antiga demais do sistema", _READ_LOG),
    "roles_missing": ("faltam papéis no banco de dados do ISP", _READ_LOG),
    "text_missing": ("o banco de dados do ISP não está preparado para esta versão do sistema", _READ_LOG),
    "text_refused": ("o banco de dados do ISP não está preparado para esta versão do sistema", _READ_LOG),
    "clock_wrong": ("o relógio de uma máquina está errado", _READ_LOG),
    "time_zone_wrong": ("o fuso horário está errado", _READ_LOG),
    "folder_not_writable": ("uma pasta não aceita gravações, ou o disco está cheio", _READ_LOG),
    "installation_wrong": ("há vários erros na instalação", _READ_LOG),
    "no_privacy_folder": ("falta a pasta dos arquivos de titulares", _READ_LOG),
    "bad_alert_url": ("um endereço de MULTITV_ALERT_URLS está errado", _READ_LOG),
    "alert_not_sent": ("um dos canais não aceitou os alertas", _READ_LOG),
    "heartbeat_not_sent": ("o endereço de MULTITV_HEARTBEAT_URL não responde", _READ_LOG),
    "alert_kinds_failed": ("alguns alertas não puderam ser procurados", _READ_LOG),
}
_ANSWERS = {
    "rejected": "uma pessoa respondeu que não",
    "no_answer": "ninguém respondeu no prazo",
    "lost": "a execução que perguntava foi apagada ou terminou sem resposta",
}


def cause_of(code: str) -> tuple[str, str]:
    """Return the words of an error's code, and the next step."""
    if code in CAUSES:
        return CAUSES[code]
    return (sentence(code) if code in SENTENCES else sentence("unexpected_error")), _READ_LOG


def message(
    new: Sequence[Alert], over: Sequence[Alert], still: Sequence[Alert], *, base_url: str, timezone: ZoneInfo
) -> tuple[str, str]:
    """Return the title and the body of one message about all of them: at most MOST_CHARACTERS of body."""
    parts = [
        counted(len(alerts), one, many)
        for alerts, one, many in (
            (new, "alerta novo", "alertas novos"),
            (over, "encerrado", "encerrados"),
            (still, "ainda aberto", "ainda abertos"),
        )
        if alerts
    ]
    paragraphs = [_told(alert, base_url, timezone) for alert in new]
    paragraphs += [f"✔ {_fill(WORDS[alert.kind].over, alert, timezone)}" for alert in over]
    paragraphs += [
        f"⏳ Aberto desde {_moment(alert.opened_at, timezone)}. {_told(alert, base_url, timezone)}" for alert in still
    ]
    return f"Multi TV: {', '.join(parts)}", _shortened(paragraphs)


def _told(alert: Alert, base_url: str, timezone: ZoneInfo) -> str:
    words = WORDS[alert.kind]
    what, next_step = (_fill(text, alert, timezone) for text in (words.what, words.next_step))
    return "\n".join(filter(None, [f"⚠ {what}", f"O que fazer: {next_step}", _link(alert, base_url)]))


def _fill(text: str, alert: Alert, timezone: ZoneInfo) -> str:
    given = dict(alert.parameters)
    shown: dict[str, object] = given | {"client_plans": alert.client_plans, "amount": alert.amount}
    for name in ("since", "until"):
        if name in given and "T" in str(given[name]):
            shown[name] = _moment(datetime.fromisoformat(str(given[name])), timezone)
    shown["until_day"] = given.get("until")
    shown["dags"] = _listed(given.get("dags", ()))
    shown["due_days"] = _listed("sem dia" if day is None else day for day in given.get("due_days", ()))
    due_dates = _listed(f"{date.fromisoformat(day):%d/%m/%Y}" for day in given.get("due_dates") or () if day)
    shown["about_due_dates"] = f" (vencimento {due_dates})" if isinstance(given.get("dags"), list) and due_dates else ""
    shown["cause"], shown["cause_step"] = cause_of(str(given.get("code", "")))
    shown["answer_words"] = _ANSWERS.get(str(given.get("answer")))
    shown["slots_words"] = _slots(given.get("slots"))
    shown["failed_words"] = "falhou" if given.get("failed") else "ainda não foi fechado"
    shown["reason_label"] = label(str(given.get("reason")))
    return fill(text, shown)


def _slots(slots: int | None) -> str:
    if slots is None:
        return "não existe"
    return "não tem limite" if slots < 0 else f"tem {counted(slots, 'vaga', 'vagas')}"


def _listed(values: Any) -> str:
    shown = [str(value) for value in values]
    return " e ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def _moment(at: datetime, timezone: ZoneInfo) -> str:
    return f"{at.astimezone(timezone):%d/%m/%Y às %H:%M}"


def _link(alert: Alert, base_url: str) -> str:
    path = KINDS[alert.kind]
    if path is None:
        return str(alert.parameters.get("link") or "")
    return f"{base_url.rstrip('/')}/multitv/{path.format(**alert.parameters)}" if base_url else ""


def _shortened(paragraphs: Sequence[str]) -> str:
    kept: list[str] = []
    length = 0
    for number, paragraph in enumerate(paragraphs):
        length += len(paragraph) + 2
        if kept and length > MOST_CHARACTERS:
            left = len(paragraphs) - number
            kept.append(
                f"… e {counted(left, 'alerta mais', 'alertas mais')}. O log da tarefa “Avisar” de Alertas, no Airflow, "
                "tem todos."
            )
            break
        kept.append(paragraph)
    return "\n\n".join(kept)
