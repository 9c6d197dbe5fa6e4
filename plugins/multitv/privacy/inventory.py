"""What every column of the ISP's database holds of people: the one place that says it.

A new column has to be added here (a test compares this with the database): to `client` if it says anything about a
client, with a title in Portuguese, and then an export has it; to `staff` if it names whoever did something; to `other`
if it is about nobody. Views only show what tables hold.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """The columns of a table. `title` is what an export calls its rows; a table without one is about no client.

    `client`: about a client, if only by the number of a contract. `staff`: who of the ISP did it. `other`: keys,
    digests and counts of ours, and what is on offer. `note` says of whom a table without rows of a client may be.
    """

    title: str = ""
    client: str = ""
    staff: str = ""
    other: str = ""
    note: str = ""

    @property
    def exported(self) -> tuple[str, ...]:
        """The columns that an export shows."""
        return (*self.client.split(), *self.staff.split()) if self.title else ()

    @property
    def columns(self) -> set[str]:
        """All columns."""
        return {*self.client.split(), *self.staff.split(), *self.other.split()}


_PARKED = "client_plan_id external_id uid reasons macs"
_DESIRED = "client_plan_id client_id first_name last_name status because services surplus_services devices recorded_uid"
_SUBSCRIBER = "client_plan_id external_id uid first_name last_name status services live_until devices"

TABLES: dict[str, Table] = {
    "erp.client": Table("Cadastro no ERP", "id name document status"),
    "erp.client_plan": Table(
        "Contratos no ERP", "id client_id service_plan_id status due_day activated_on cancelled_on"
    ),
    "history.client_plan": Table(
        "Contratos, o que valeu desde quando", "client_plan_id client_id service_plan_id status due_day since until"
    ),
    "history.client_plan_term": Table("Contratos, início e fim", "client_plan_id activated_on cancelled_on gone_since"),
    "tv.client_package": Table("Pacotes extras", "id client_plan_id package_id price added_on cancelled_on"),
    "history.client_package": Table("Pacotes extras, preços próprios", "client_package_id price since until"),
    "tv.promotion": Table("Promoções", "id client_package_id price since until"),
    "tv.client_point": Table(
        "Pontos (aparelhos)", "id client_plan_id mac serial device_type label added_on removed_on"
    ),
    "tv.client_extra_field": Table("Campos extras", "client_plan_id name value client_id"),
    "tv.contract_change": Table(
        "Alterações feitas por pessoas",
        "id changed_at action client_plan_id before after",
        "author",
        "service_plan_id package_id transaction",
    ),
    "tv.pin_reveal": Table("Consultas ao Auth Pin", "id revealed_at client_plan_id", "author"),
    "billing.event_record": Table(
        "Eventos de faturamento",
        "id client_plan_id service_plan_id client_package_id package_id due_date reference_month kind amount price "
        "price_source days days_before denominator reversed cancel_reason created_at cancelled_at value_before",
        other="run_id policy_id segment",
    ),
    "billing.exclusion": Table(
        "Pacotes que não foram cobrados",
        "client_plan_id client_package_id service_plan_id reason reference_month",
        other="run_id",
    ),
    "billing.preview_line": Table(
        "Listas de faturamento carregadas",
        "client_plan_id client_package_id service_plan_id package_id event_id reference_month days denominator amount "
        "price price_source outcome status",
        other="preview_id segment",
    ),
    "billing.preview_change": Table(
        "Listas de faturamento, diferenças ao mês anterior",
        "client_plan_id amount_before amount_after",
        other="preview_id number",
    ),
    "billing.open_month": Table(
        "Meses em aberto", "client_plan_id package_id reference_month owed charged billed service_plan_id"
    ),
    "billing.excess_charge": Table(
        "Cobrado além do devido", "due_date client_plan_id package_id reference_month amount reason adjusts event_ids"
    ),
    "billing.waiver": Table(
        "Dispensas de meses",
        "id client_plan_id package_id reference_month waived owed charged billed service_plan_id reason created_at",
        "author",
    ),
    "billing.correction": Table(
        "Correções de eventos",
        "id event_id action reason rebill reversal_event_id created_at event_due_date undoes charge_event_id",
        "author",
    ),
    "billing.credit": Table(
        "Créditos",
        "event_id due_date client_plan_id charge_id amount kind client_id rest settled_at voided created_at",
    ),
    "billing.credit_posting": Table("Créditos lançados", "posting_id event_id due_date invoice_id amount posted_at"),
    "billing.payout": Table(
        "Pagamentos ao cliente",
        "id event_id due_date client_plan_id client_id amount created_at paid_at withdrawn_at paid_on paid_how",
        "paid_by",
    ),
    "billing.carried_charge": Table(
        "Cobranças levadas a outra fatura", "event_id due_date client_plan_id invoice_id amount posted_at"
    ),
    "billing.carried_fee": Table(
        "Mensalidades levadas a outra fatura", "client_plan_id fee_month invoice_id posting_id amount posted_at"
    ),
    "finance.invoice": Table("Faturas", "id client_plan_id due_date status created_at made_here erp_total"),
    "finance.posting": Table(
        "Lançamentos",
        "id invoice_id kind amount billing_event_id event_due_date reverses_posting_id created_at fee_client_plan_id "
        "fee_month",
    ),
    "reconciliation.operation": Table(
        "Operações na plataforma",
        "client_plan_id client_id action subscriber_uid target before after reason status outcome outcome_code done_at",
        other="change_set_id number expected_version idempotency_key",
    ),
    "reconciliation.difference": Table(
        "Diferenças com a plataforma",
        "client_plan_id action target rejected_because rejected_detail",
        other="change_set_id",
    ),
    "reconciliation.stored_otherwise": Table(
        "O que a plataforma guarda de outra forma",
        "client_plan_id action target sent stored times",
        other="change_set_id",
    ),
    "reconciliation.parked_subscriber": Table(
        "Assinante em quarentena",
        "client_plan_id subscriber_uid external_id reasons",
        other="id change_set_id",
    ),
    "reconciliation.parked_client_plan": Table(
        "Contrato em quarentena", "client_plan_id reason", other="change_set_id"
    ),
    "reconciliation.pending_change": Table(
        "Alterações a caminho da plataforma",
        "client_plan_id reason created_at announced_at taken_at",
        other="id change_set_id",
    ),
    "reports.discrepancy": Table(
        "Divergências", "kind client_plan_id package_id amount reason parameters", other="change_set_id"
    ),
    "reports.overdue_charge": Table("Cobranças vencidas e pendentes", "event_id due_date client_plan_id amount"),
    "staging.subscriber": Table("Assinante, como lido da plataforma", _SUBSCRIBER, other="version digest"),
    "staging.desired_subscriber": Table(
        "Assinante, como deve ser", _DESIRED, other="has_pin needs_attention digest owner_changed"
    ),
    "staging.parked_subscriber": Table("Assinante que não pôde ser lido", _PARKED),
    "staging_changes.subscriber": Table(
        "Assinante, como lido da plataforma (alterações)", _SUBSCRIBER, other="version digest"
    ),
    "staging_changes.desired_subscriber": Table(
        "Assinante, como deve ser (alterações)", _DESIRED, other="has_pin needs_attention digest owner_changed"
    ),
    "staging_changes.parked_subscriber": Table("Assinante que não pôde ser lido (alterações)", _PARKED),
    "staging_updates.subscriber": Table(
        "Assinante, como lido da plataforma (atualização)", _SUBSCRIBER, other="version digest"
    ),
    "staging_updates.parked_subscriber": Table("Assinante que não pôde ser lido (atualização)", _PARKED),
    "alerts.alert": Table(other="id kind key parameters client_plans amount opened_at seen_at over_at"),
    "alerts.told": Table(other="alert_id channel told_at over_told_at"),
    "alerts.failure": Table(
        other="id dag_id dag_name task_id task_name run_id map_index due_date code link failed_at over_at "
        "task_instance_id"
    ),
    "alerts.watch": Table(other="since"),
    "alerts.backup": Table(other="id made_at"),
    "privacy.erasure": Table(
        "Eliminações de dados pessoais", "id client_id erased_on erased_at removed kept client_plans", "author"
    ),
    "privacy.came_back": Table("Eliminações que deixaram de valer", "erasure_id client_id noticed_at"),
    # About no client, or only about many together.
    "billing.review": Table(
        staff="decided_by",
        other="id due_date digest candidates charges amount last_charges last_amount decision decided_at created_at "
        "concerns",
        note="concerns: numbers of contracts with their amounts, without names",
    ),
    "billing.policy": Table(
        staff="author",
        other="id service_plan_id proration timing minimum_amount bills_suspended created_at rounding adjusts "
        "bills_open_months valid_from",
    ),
    "reconciliation.change_set": Table(
        staff="decided_by",
        other="id snapshot_id snapshot_hash only_client_plan_id today status desired managed provisioned unmanaged "
        "operations client_plans removals decided_at created_at applied_at verified_at second_snapshot_id concerns "
        "split_from waiting_since asked_at closed_at creations recorded without_contract ended_or_parked lane",
        note="only_client_plan_id: the number of a contract; its operations are exported",
    ),
    "reconciliation.snapshot": Table(
        other="id only_client_plan_id taken_at subscribers hash lane complete_at read_from"
    ),
    "reconciliation.unmanaged": Table(
        other="change_set_id subscriber_uid external_id",
        note="subscribers of the platform that are no client's of ours",
    ),
    "quality.offender": Table(
        other="check_name due_date offender found_at",
        note="offender: numbers of contracts and events with amounts, without names",
    ),
    "billing.preview": Table(
        other="id due_date digest candidates charges amount last_charges last_amount created_at concerns",
        note="concerns: numbers of contracts with their amounts, without names",
    ),
    "billing.preview_outcome": Table(other="preview_id outcome client_packages amount"),
    "billing.run": Table(other="id kind due_date status reason created_at closed_at reason_code moved_away"),
    "billing.expectation": Table(other="run_id service_plan_id candidates charges amount"),
    "billing.exclusion_reason": Table(other="code is_bad_data at_settlement if_served"),
    "billing.exclusion_sum": Table(other="run_id service_plan_id reason client_packages"),
    "billing.go_live": Table(other="only_one month"),
    "billing.late_change": Table(other="id due_date made_at fee_month made_by"),
    "billing.partition_merge": Table(other="id parent partitions dates closings seen built built_at readers"),
    "erp.service_plan": Table(other="id name monthly_price"),
    "history.package": Table(other="package_id extra active price since until"),
    "history.service_plan": Table(other="service_plan_id monthly_price since until"),
    "history.service_plan_setting": Table(other="service_plan_id allows_tv package_id since until"),
    "privacy.erasing": Table(other="transaction"),
    "public.schema_digest": Table(other="only_row digest"),
    "public.schema_migration": Table(other="version_num"),
    "reports.discrepancy_measured": Table(other="change_set_id seen_at measured_at"),
    "reports.discrepancy_total": Table(other="kind client_plans amount"),
    "reports.due_date": Table(other="due_date status closed_at corrections credits summed_at"),
    "reports.due_date_sum": Table(other="due_date reference_month package_id status events amount postings posted"),
    "reports.event_status": Table(other="due_date status events amount"),
    "reports.open_item": Table(other="kind due_date reference_month reason client_plans items fees amount"),
    "reports.operation": Table(other="day action status operations"),
    "reports.package_clients": Table(other="package_id kind client_plans amount"),
    "reports.platform_request": Table(other="code bound requests seconds"),
    "reports.refresh": Table(other="figure refreshed_at"),
    "reports.revenue": Table(other="month package_id postings amount"),
    "staging.channel": Table(other="catalog_sync_id platform_uid name number family active"),
    "staging.package": Table(other="catalog_sync_id platform_uid name service_type max_devices active"),
    "staging.package_channel": Table(other="catalog_sync_id package_uid channel_uid"),
    "staging.subscriber_snapshot": Table(other="snapshot_id"),
    "staging_changes.subscriber_snapshot": Table(other="snapshot_id"),
    "staging_updates.subscriber_snapshot": Table(other="snapshot_id"),
    "tv.catalog_change": Table(other="id catalog_sync_id entity platform_uid change before after"),
    "tv.catalog_sync": Table(other="id status started_at merged_at channels packages package_channels quarantined"),
    "tv.channel": Table(other="id platform_uid name number family active changed_at"),
    "tv.package": Table(other="id platform_uid name service_type extra price point_limit active changed_at"),
    "tv.package_channel": Table(other="package_id channel_id"),
    "tv.quarantine": Table(other="id catalog_sync_id entity platform_uid content reasons"),
    "tv.service_plan_setting": Table(other="service_plan_id allows_tv package_id"),
}

# What an export calls a column, or a key of a JSON value.
TITLES: dict[str, str] = {
    "id": "Número",
    "name": "Nome",
    "document": "CPF/CNPJ",
    "status": "Situação",
    "client_id": "Cliente",
    "client_plan_id": "Contrato",
    "service_plan_id": "Plano de serviço",
    "client_package_id": "Pacote do cliente",
    "package_id": "Pacote",
    "due_day": "Dia de vencimento",
    "activated_on": "Ativado em",
    "cancelled_on": "Cancelado em",
    "gone_since": "Fora do ERP desde",
    "since": "Desde",
    "until": "Até antes de",
    "price": "Valor",
    "added_on": "Adicionado em",
    "removed_on": "Retirado em",
    "mac": "MAC",
    "serial": "Número de série",
    "device_type": "Tipo de aparelho",
    "device_type_uid": "Tipo de aparelho na plataforma",
    "label": "Rótulo",
    "value": "Conteúdo",
    "changed_at": "Alterado em",
    "action": "Ação",
    "before": "Antes",
    "after": "Depois",
    "author": "Quem fez",
    "revealed_at": "Consultado em",
    "due_date": "Vencimento",
    "reference_month": "Competência",
    "kind": "Tipo",
    "amount": "Valor cobrado",
    "amount_before": "Valor no mês anterior",
    "amount_after": "Valor neste mês",
    "price_source": "Origem do valor",
    "days": "Dias",
    "days_before": "Dias antes do trecho",
    "denominator": "Dias do mês",
    "reversed": "Estornado",
    "cancel_reason": "Motivo do cancelamento",
    "created_at": "Criado em",
    "cancelled_at": "Cancelado em",
    "value_before": "Valor dos trechos anteriores",
    "reason": "Motivo",
    "outcome": "Resultado",
    "outcome_code": "Motivo do resultado",
    "event_id": "Evento",
    "event_ids": "Eventos",
    "owed": "Devido",
    "charged": "Cobrado",
    "billed": "Já faturado",
    "adjusts": "A política acerta",
    "waived": "Dispensado",
    "rebill": "Pode ser cobrado de novo",
    "reversal_event_id": "Evento do estorno",
    "event_due_date": "Vencimento do evento",
    "undoes": "Desfaz a correção",
    "charge_event_id": "Evento da cobrança",
    "charge_id": "Cobrança",
    "rest": "Restante",
    "settled_at": "Liquidado em",
    "voided": "Anulado",
    "posting_id": "Lançamento",
    "invoice_id": "Fatura",
    "posted_at": "Lançado em",
    "paid_at": "Pagamento anotado em",
    "withdrawn_at": "Retirado em",
    "paid_on": "Pago em",
    "paid_how": "Como foi pago",
    "paid_by": "Quem anotou o pagamento",
    "fee_month": "Competência da mensalidade",
    "made_here": "Feita pelo Multi TV",
    "erp_total": "Total no ERP",
    "billing_event_id": "Evento de faturamento",
    "reverses_posting_id": "Estorna o lançamento",
    "fee_client_plan_id": "Contrato da mensalidade",
    "subscriber_uid": "Assinante na plataforma",
    "target": "Alvo",
    "done_at": "Feito em",
    "rejected_because": "Por que foi recusado",
    "rejected_detail": "Detalhe da recusa",
    "sent": "Enviado",
    "stored": "Guardado",
    "times": "Vezes",
    "external_id": "Código externo",
    "reasons": "Motivos",
    "announced_at": "Anunciado em",
    "taken_at": "Levado em",
    "parameters": "Parâmetros",
    "uid": "Identificador na plataforma",
    "first_name": "Primeiro nome",
    "last_name": "Sobrenome",
    "services": "Serviços",
    "live_until": "O primeiro serviço termina em",
    "surplus_services": "Serviços além do permitido",
    "service_uid": "Serviço na plataforma",
    "devices": "Aparelhos",
    "because": "Por quê",
    "recorded_uid": "Identificador guardado",
    "macs": "MACs",
    "erased_on": "Dia da eliminação",
    "erased_at": "Eliminado em",
    "removed": "Eliminado",
    "kept": "Mantido",
    "client_plans": "Contratos de então",
    "erasure_id": "Eliminação",
    "noticed_at": "Visto em",
}
# Columns whose values are codes of labels.LABELS, or codes with a label of their own.
CODES = frozenset(
    {"status", "action", "kind", "reason", "price_source", "outcome", "outcome_code", "cancel_reason", "because",
     "rejected_because"}
)  # fmt: skip
