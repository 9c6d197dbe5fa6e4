"""The Portuguese words of every code that the database and the errors carry, in the manual's words where it has them.

The only home of such words: a code stands for a label, or for a sentence that shows the parameters stored with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any

from multitv.money import reais

LABELS = {
    # what a client may ask for by law (LGPD)
    "export_client": "Exportar tudo o que há sobre o cliente",
    "check_erasure": "Verificar se os dados podem ser eliminados",
    "erase_client": "Eliminar os dados pessoais do cliente",
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
    "no_posting": "ainda sem lançamento",
    # why a charge stays pending
    "no_invoice": "não há fatura neste vencimento",
    "invoice_open": "o lançamento na fatura ainda não foi feito",
    "invoice_closed": "a fatura já está fechada",
    "invoice_paid": "a fatura já está paga",
    # why a client package is not charged
    "client_plan_cancelled": "contrato cancelado",
    "client_plan_suspended": "contrato suspenso",
    "client_plan_not_active_yet": "contrato ainda não ativo",
    "plan_without_tv": "plano sem TV",
    "no_default_package": "plano com TV sem pacote liberado (erro na oferta)",
    "package_not_extra": "pacote não é extra",
    "package_inactive": "pacote fora da plataforma",
    "not_added_yet": "pacote começa depois",
    "package_cancelled": "pacote cancelado",
    "no_price": "sem preço",
    "free": "gratuito",
    "already_billed": "já cobrado neste mês",
    "not_due": "vencimento mudou",
    "below_minimum": "abaixo do valor mínimo",
    "charged_more": "cobrado além do devido",
    "corrected": "estornado, cancelado ou dispensado por uma pessoa",
    "open_month": "mês anterior em aberto",
    "before_go_live": "antes do primeiro mês cobrado",
    "negative_price": "preço negativo (erro nos dados)",
    "listed_twice": "contrato repetido no ERP (erro nos dados)",
    "impossible_client_plan_id": "contrato sem número válido no ERP (erro nos dados)",
    "impossible_client_id": "contrato sem cliente no ERP (erro nos dados)",
    "impossible_service_plan_id": "contrato sem plano de serviço no ERP (erro nos dados)",
    "impossible_date": "contrato com data impossível no ERP (erro nos dados)",
    "service_plan_unknown": "plano de serviço não existe no ERP (erro nos dados)",
    "service_plan_repeated": "plano de serviço repetido no ERP (erro nos dados)",
    "impossible_monthly_price": "mensalidade do plano ausente ou impossível no ERP (erro nos dados)",
    "client_repeated": "cliente repetido no ERP (erro nos dados)",
    "impossible_status": "contrato com situação desconhecida no ERP (erro nos dados)",
    # what is pending
    "overdue_charges": "Pendentes após o vencimento",
    "carried_charges": "Cobranças à espera de outra fatura",
    "waiting_credits": "Créditos sem fatura",
    "payouts": "Créditos a pagar ao cliente",
    "paid_payouts": "Créditos pagos",
    "open_months": "Meses em aberto",
    "waived_months": "Cobranças dispensadas",
    "excess_charges": "Cobrado além do devido",
    "file.overdue_charges": "pendentes-apos-o-vencimento",
    "file.carried_charges": "cobrancas-a-espera-de-fatura",
    "file.waiting_credits": "creditos-sem-fatura",
    "file.payouts": "creditos-a-pagar",
    "file.paid_payouts": "creditos-pagos",
    "file.open_months": "meses-em-aberto",
    "file.waived_months": "cobrancas-dispensadas",
    "file.excess_charges": "cobrado-alem-do-devido",
    "plan_fee": "Mensalidade do plano",
    "waits_for_later_invoice": "espera a próxima fatura aberta do cliente",
    "credit_without_invoice": "não há fatura aberta em que o crédito caiba",
    "policy_adjusted": "ajuste pela política de faturamento",
    "month_never_charged": "nenhum vencimento cobrou",
    "month_charged_in_part": "cobrado só em parte",
    # corrections of billing events
    "reverse": "Estornar",
    "void": "Cancelar",
    "take_back": "Desfazer a correção",
    "waive_month": "Dispensar a cobrança",
    "take_back_waiver": "Desfazer a dispensa",
    "taken_back": "correção desfeita por uma pessoa",
    # what a charge is made by
    "full": "valor cheio",
    "daily": "por dia",
    "advance": "mês do vencimento",
    "arrears": "mês vencido",
    "half_up": "meio centavo arredondado para cima",
    "down": "fração de centavo cortada",
    # packages
    "BASIC_SERVICE": "Básico",
    "EXTENDED_SERVICE": "Adicional",
    "channel": "Canal",
    "package": "Pacote",
    "package_channel": "Canal de pacote",
    "name": "nome",
    "number": "número",
    "family": "família",
    "service_type": "tipo",
    # syncs of the catalogue, and what they change; "removed" is below
    "staged": "lida e ainda não aplicada",
    "merged": "concluída",
    "added": "inclusão",
    "changed": "alteração",
    "deactivated": "desativação",
    "reactivated": "reativação",
    # what people change
    "add_package": "Add. Pacote",
    "cancel_package": "Cancelar Pacote",
    "delete_package": "Apagar Pacote",
    "add_promotion": "Criar promoção",
    "end_promotion": "Encerrar promoção",
    "add_point": "Add. Ponto",
    "edit_point": "Editar Ponto",
    "remove_point": "Retirar Ponto",
    "swap_point": "Trocar Ponto",
    "change_default_package": "Pacote liberado no Plano",
    "set_allows_tv": "Permite a criação de Planos de TV",
    "change_offer": "Oferta do pacote",
    # texts that people type
    "author": "autor",
    "label": "rótulo",
    "serial": "número de série",
    "device_type": "tipo do aparelho",
    "reason": "motivo",
    "paid_how": "modo do pagamento",
    "package_id": "pacote",
    "price": "valor",
    "added_on": "início",
    "cancelled_on": "cancelado a partir de",
    "client_package_id": "pacote do cliente",
    "since": "desde",
    "until": "sem a promoção a partir de",
    "removed_on": "retirado em",
    "mac": "MAC",
    "allows_tv": "permite a criação de Planos de TV",
    "point_limit": "limite de pontos",
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
    "approved": "aprovada",
    "verified": "conferida",
    "guard": "automática, dentro dos limites",
    "allow_removals": "as retiradas foram permitidas no formulário",
    "no_answer": "ninguém respondeu no prazo: nada foi feito",
    "not_wanted": "não é mais necessária",
    "waiting": "espera",
    "first_name": "nome",
    "last_name": "sobrenome",
    "status": "situação",
    "device_type_uid": "tipo do aparelho",
    "ACTIVE": "Ativo",
    "SUSPENDED": "Suspenso",
    "INACTIVE": "Inativo",
    "sold_not_active": "Vendido e não ativo",
    "active_not_billed": "Ativo e não cobrado",
    "billed_not_active": "Cobrado e não ativo",
    "included": "Liberado no plano",
    "extra": "Pacote Extra",
    # what maintenance works on
    "schema.billing": "Faturamento",
    "schema.finance": "Financeiro",
    "schema.quality": "Conferências",
    "schema.reconciliation": "Reconciliação",
    "schema.reports": "Painel e divergências",
    "schema.staging": "Área de trabalho das sincronizações",
    "schema.tv": "Catálogo, oferta e contratos",
    "billing.event_record": "Eventos",
    "finance.posting": "Lançamentos",
    "finance.posting_of_plans": "Mensalidades",
    "previews": "Listas de vencimentos",
    "change_sets": "Reconciliações e suas operações",
    "exclusions": "Motivos de não cobrança, um a um",
    "offenders": "Problemas encontrados nas conferências",
    "catalog_syncs": "Sincronizações do catálogo",
    "alerts": "Alertas encerrados e tarefas que falharam",
    "late_changes": "Anotações de mudanças em vencimentos fechados",
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
    "removed": "retirada",
}

# The key is the cause of an error or the code of a reason. In braces: a parameter, and how it is shown (see
# `sentence`).
SENTENCES: dict[str, str] = {
    # errors: added after the sentence of an error, if a change was asked for
    "nothing_written": "Nada foi gravado.",
    "maybe_written": "Pode ter sido gravado: confira antes de repetir.",
    # errors: for whoever is on call, as a screen tells them
    "unexpected": "Algo deu errado aqui, e ficou registrado no log do Airflow.",
    "database_away": "O banco de dados do ISP não respondeu a tempo: tente de novo em instantes.",
    "database_not_ready": "O banco de dados do ISP não está pronto para estas telas: chame quem cuida do Airflow.",
    "erp_away": "O ERP do ISP não respondeu a tempo: tente de novo em instantes.",
    "erp_broken": "A leitura do ERP do ISP falha por um erro nos dados dele: chame quem cuida do Airflow.",
    "setting_wrong": "Uma configuração do Multi TV está errada: chame quem cuida do Airflow.",
    "pin_key_missing": "Falta a chave que abre os PINs: chame quem cuida do Airflow.",
    "too_many_requests": "Há pedidos demais ao mesmo tempo: tente de novo em instantes.",
    "too_many_exports": "Outras exportações estão em andamento: tente de novo em instantes.",
    "answer_late": "A resposta demorou demais.",
    "airflow_failed": "O Airflow respondeu com um erro. Tente de novo em instantes.",
    # what a client may ask for by law (LGPD): what keeps an erasure from being done
    "erasure_active_contract": "O contrato {client_plan} não está encerrado.",
    "erasure_pending_charge": "O contrato {client_plan} tem cobrança pendente.",
    "erasure_open_invoice": "O contrato {client_plan} tem fatura aberta que ainda não venceu.",
    "erasure_open_credit": "O contrato {client_plan} tem crédito que ainda não foi abatido.",
    "erasure_open_payout": "O contrato {client_plan} tem valor a devolver que ainda não foi pago.",
    "erasure_open_month": "O contrato {client_plan} tem mês em aberto: cobre-o ou dispense-o.",
    "erasure_open_operation": "O contrato {client_plan} tem alteração que ainda não chegou à plataforma, ou que espera "
    "a resposta de uma pessoa.",
    "erasure_parked_subscriber": "O assinante do contrato {client_plan} está em quarentena na plataforma: resolva-a.",
    # what was exported, removed and kept
    "privacy_exported": "Cliente {client}: {rows:registro|registros} no arquivo {file}, na pasta de "
    "MULTITV_PRIVACY_FOLDER. Entregue o arquivo e depois o apague.",
    "privacy_about_export": "Tudo o que o banco de dados do Multi TV tem sobre este cliente. O PIN não é exportado: "
    "ele só existe cifrado. O ERP, a plataforma de TV e os logs do Airflow guardam dados próprios, que não estão aqui.",
    "privacy_pin_not_exported": "guardado cifrado; não é exportado",
    "privacy_erased": "Cliente {client}: dados pessoais eliminados ({rows:registro|registros}). Isto não tem volta.",
    "privacy_erased_already": "Cliente {client}: os dados pessoais já tinham sido eliminados; nada mudou.",
    "privacy_nothing_to_erase": "Cliente {client}: não havia dados pessoais a eliminar além do ERP; daqui em diante o "
    "nome não é mostrado.",
    "privacy_could_be_erased": "Os dados do cliente {client} podem ser eliminados. Nada foi mudado. Ficariam:",
    "erased_client": "Nome e CPF/CNPJ retirados do cadastro",
    "erased_points": "{rows:ponto apagado|pontos apagados}, com MAC, série e rótulo",
    "erased_pins": "{rows:PIN apagado|PINs apagados}",
    "erased_contract_changes": "MAC, série e rótulo retirados de {rows:alteração|alterações} do histórico",
    "erased_operations": "Nomes e aparelhos retirados de {rows:operação|operações} da plataforma",
    "erased_differences": "Aparelhos retirados de {rows:diferença|diferenças} com a plataforma",
    "erased_stored_otherwise": "{rows:registro apagado|registros apagados} do que a plataforma guarda de outra forma",
    "kept_contracts": "Mantido: número, plano e datas de {rows:contrato|contratos}, sem nome, que as cobranças citam",
    "kept_sales": "Mantido: {rows:pacote vendido|pacotes vendidos}, com preço e datas, que explicam as cobranças",
    "kept_events": "Mantido: {rows:evento de faturamento|eventos de faturamento}, por obrigação fiscal, 5 anos",
    "kept_invoices": "Mantido: {rows:fatura|faturas}, por obrigação fiscal, 5 anos",
    "kept_postings": "Mantido: {rows:lançamento|lançamentos}, por obrigação fiscal, 5 anos",
    "kept_credits_and_payouts": "Mantido: {rows:crédito|créditos}, com o que foi pago e por quê, por obrigação "
    "fiscal, 5 anos",
    "kept_audit": "Mantido: {rows:alteração|alterações} com quem fez e quando, sem dados do aparelho, para "
    "provar o que foi feito",
    "kept_subscriber_uids": "Mantido: identificador do assinante em {rows:contrato|contratos}, com o qual a "
    "reconciliação retira o nome da plataforma",
    "privacy_erp_names": "O ERP ainda tem o nome ou o documento: elimine-os lá. O Multi TV não os mostra mais.",
    "privacy_platform_follows": "Na plataforma de TV o nome é trocado pela próxima reconciliação completa.",
    "privacy_left_on_platform": "Menos no contrato {client_plan}, que o ERP não mostra mais ou que está em quarentena: "
    "a reconciliação não mexe nele, e o nome e os aparelhos ficam na plataforma até que alguém os retire lá.",
    # errors: requests that are refused before any rule of the business is asked
    "request_unreadable": "O envio não pôde ser lido.",
    "login_missing": "Entre no Airflow para continuar.",
    "request_forbidden": "Seu usuário não tem permissão para isto.",
    "page_not_found": "Esta página não existe.",
    "method_not_allowed": "Isto não pode ser feito com este endereço.",
    "body_too_large": "O envio tem mais de 64 KiB e foi recusado.",
    "request_foreign": "Esta alteração veio de outro site e foi recusada.",
    "request_refused": "O pedido foi recusado.",
    # errors: values of a request that are of another kind or size than asked for
    "not_json": "O corpo do pedido não é um JSON válido.",
    "value_wrong": "O pedido não é válido ({field}): este valor não serve.",
    "value_missing": "O pedido não é válido ({field}): falta este valor.",
    "value_unknown": "O pedido não é válido ({field}): não há valor com este nome.",
    "value_not_object": "O pedido não é válido ({field}): deve ser um objeto JSON.",
    "value_not_list": "O pedido não é válido ({field}): deve ser uma lista.",
    "value_not_text": "O pedido não é válido ({field}): deve ser um texto.",
    "value_not_utf8": "O pedido não é válido ({field}): o texto não está em UTF-8.",
    "value_not_boolean": "O pedido não é válido ({field}): deve ser verdadeiro ou falso.",
    "value_not_integer": "O pedido não é válido ({field}): deve ser um número inteiro.",
    "value_not_number": "O pedido não é válido ({field}): deve ser um número.",
    "value_not_money": "O pedido não é válido ({field}): reais se escrevem como texto com duas casas, como “29.90”.",
    "value_not_day": "O pedido não é válido ({field}): um dia se escreve como 2026-12-10.",
    "value_not_listed": "O pedido não é válido ({field}): não é um dos valores aceitos.",
    "value_wrong_form": "O pedido não é válido ({field}): o texto não tem a forma esperada.",
    "text_too_short": "O pedido não é válido ({field}): o texto é curto demais; o tamanho mínimo é {min_length}.",
    "text_too_long": "O pedido não é válido ({field}): o texto é longo demais; o tamanho máximo é {max_length}.",
    "list_too_short": "O pedido não é válido ({field}): a lista é curta demais; o tamanho mínimo é {min_length}.",
    "list_too_long": "O pedido não é válido ({field}): a lista é longa demais; o tamanho máximo é {max_length}.",
    "value_not_above": "O pedido não é válido ({field}): deve ser maior que {gt}.",
    "value_below": "O pedido não é válido ({field}): deve ser no mínimo {ge}.",
    "value_not_below": "O pedido não é válido ({field}): deve ser menor que {lt}.",
    "value_above": "O pedido não é válido ({field}): deve ser no máximo {le}.",
    # refusals: values that a person types
    "mac_malformed": "{typed} não é um MAC: escreva seis pares de 0-9 e a-f, como a4:5e:60:01:02:03.",
    "mac_of_no_device": "{mac} não é o MAC de um único aparelho (é zero, broadcast ou multicast): leia-o na etiqueta "
    "do aparelho.",
    "price_not_decimal": "O valor R$ {price} não veio como Decimal, e os centavos podem estar errados: informe-o como "
    "Decimal, em reais e centavos.",
    "price_out_of_range": "O valor R$ {price} não está entre R$ 0,00 e R$ 9.999.999.999,99: corrija-o.",
    "price_with_fraction_of_cent": "O valor R$ {price} tem mais de duas casas decimais: arredonde-o para centavos, "
    "como R$ 29,90.",
    "price_unreadable": "“{typed}” não é um valor em reais: escreva como 29,90.",
    "point_limit_out_of_range": "O limite de pontos {limit} não é um número inteiro de 0 a {greatest}: corrija-o, ou "
    "deixe-o vazio para não haver limite.",
    "text_empty": "O {text:label} está vazio: preencha-o.",
    "text_over_limit": "O {text:label} tem {length} caracteres: use no máximo {greatest}.",
    "text_with_invisible_characters": "O {text:label} {typed} tem quebra de linha, tabulação ou outro caractere "
    "invisível: apague-o.",
    "day_unreadable": "“{typed}” não é uma data.",
    "month_unreadable": "“{typed}” não é um mês: escreva como 12/2026.",
    "day_out_of_range": "{day:day} não é uma data possível: confira o ano.",
    "count_unreadable": "“{typed}” não é um número inteiro.",
    "nothing_chosen": "Escolha um item da lista.",
    "due_date_missing": "Escolha o vencimento.",
    "due_date_past": "O vencimento {due_date:day} já passou: marque “Permitir vencimento passado” para faturá-lo.",
    # refusals: corrections of billing events
    "event_code_is_number": "“{typed}” é um número, e uma planilha troca os últimos algarismos de um número tão longo: "
    "informe o código do evento, como EV-20261210-00000024-4. Ele está na página do cliente, em Evento de Faturamento.",
    "event_code_malformed": "“{typed}” não é o código de um evento, que se escreve como EV-20261210-00000024-4: "
    "copie-o inteiro da página do cliente, em Evento de Faturamento.",
    "event_code_mistyped": "O código “{typed}” tem um algarismo errado ou dois trocados, pois o último não confere com "
    "os outros: copie-o de novo da página do cliente, em Evento de Faturamento.",
    "event_unknown": "Não há evento {event}: copie o código de novo da página do cliente, em Evento de Faturamento.",
    "correction_without_reason": "A correção não tem motivo: preencha por que ela é feita.",
    "correction_without_author": "A correção não tem autor: entre no Airflow com o seu usuário.",
    "event_corrected_before": "O evento {event} já foi corrigido por {author} ({action:label}; motivo: {reason}), e um "
    "evento só se corrige uma vez.",
    "event_charged_again": "O mês do evento {event} já foi cobrado de novo, pelo evento {other}: estorne ou cancele "
    "esse evento antes de desfazer a correção.",
    "event_replaced": "A correção do evento {event} foi desfeita, e ele foi cobrado de novo pelo evento {other}: "
    "corrija esse evento.",
    "event_has_difference": "O que faltava no mês do evento {event} já foi cobrado pelo evento {other}: estorne ou "
    "cancele esse evento antes de corrigir este.",
    "event_given_back": "O evento {event} já foi devolvido por inteiro: não há o que estornar.",
    "contract_moved": "O contrato do evento {event} mudou de cliente depois da cobrança, e um novo evento cobraria o "
    "cliente de hoje: cobre {holder} por fora do Multi TV.",
    "nothing_to_take_back": "O evento {event} não foi corrigido por ninguém: não há o que desfazer.",
    "event_is_no_charge": "O evento {event} é um estorno, e só se corrige uma cobrança: escolha a cobrança.",
    "event_is_cancelled": "O evento {event} já está cancelado: não há o que corrigir.",
    "event_is_not_pending": "O evento {event} já foi processado e não se cancela mais: escolha Estornar.",
    "event_is_not_processed": "O evento {event} ainda está pendente e não se estorna: escolha Cancelar.",
    # refusals: client plans, their packages and points
    "client_plan_unknown": "O ERP não tem o plano do cliente {client_plan}: confira o número.",
    "plan_is_cancelled": "O plano do cliente {client_plan} está cancelado e não recebe mais pacotes nem pontos: use um "
    "plano ativo do cliente.",
    "plan_allows_no_tv": "O plano de serviço {service_plan}, do plano do cliente {client_plan}, não permite TV: ponha "
    "“Permite a criação de Planos de TV” em Sim na aba TV do plano de serviço, ou mude o cliente para um plano de "
    "serviço com TV.",
    "client_package_unknown": "Não há pacote do cliente {client_package}: ele foi apagado, ou o número está errado. "
    "Confira os pacotes do plano.",
    "package_unknown": "Não há pacote {package}: confira o número, ou sincronize o catálogo de TV.",
    "package_left_platform": "O pacote {package} saiu da plataforma: escolha outro.",
    "package_is_not_extra": "O pacote {package} não é um Pacote Extra: ponha Pacote Extra em Sim no pacote, ou "
    "escolha-o como “Pacote liberado no Plano” de um plano de serviço.",
    "package_sold_without_end": "O plano do cliente {client_plan} já tem o pacote {package} (pacote do cliente "
    "{client_package}), desde {added_on:day} sem data de fim: cancele-o antes de adicioná-lo de novo.",
    "package_sold_until": "O plano do cliente {client_plan} já tem o pacote {package} (pacote do cliente "
    "{client_package}), desde {added_on:day} e cancelado a partir de {cancelled_on:day}: adicione-o de novo a partir "
    "de {cancelled_on:day}.",
    "package_sold_meanwhile": "O pacote {package} acabou de ser adicionado ao plano do cliente {client_plan} por outra "
    "pessoa: confira os pacotes do plano.",
    "package_already_cancelled": "O pacote do cliente {client_package} já está cancelado a partir de "
    "{cancelled_on:day}, e isso não muda: para vender o pacote de novo, use Add. Pacote.",
    "cancelled_before_added": "O pacote do cliente {client_package} começa em {added_on:day}, depois de "
    "{cancelled_on:day}: cancele-o a partir de {added_on:day}, ou use Apagar Pacote.",
    "package_billed": "O pacote do cliente {client_package} já entrou no faturamento (eventos: {events}, o último com "
    "vencimento em {last_due_date:day}) e fica como histórico: use Cancelar Pacote.",
    "package_billed_meanwhile": "O pacote do cliente {client_package} já entrou no faturamento e fica como histórico: "
    "use Cancelar Pacote.",
    "promotion_without_price": "A promoção não tem valor: informe-o em reais, como 9,90, ou 0 para grátis.",
    "promotion_without_end": "A promoção não tem último dia: escolha-o.",
    "promotion_ends_before_it_begins": "A promoção começaria em {since:day} e já teria terminado em {last_day:day}: "
    "escolha um último dia que não venha antes do primeiro.",
    "promotion_begins_too_early": "A promoção do pacote do cliente {client_package} não pode começar em {since:day}, "
    "que já passou ou vem antes do pacote: comece-a em {earliest:day} ou depois.",
    "promotion_of_ended_package": "O pacote do cliente {client_package} está cancelado a partir de "
    "{cancelled_on:day}: uma promoção desde {since:day} não teria efeito.",
    "promotion_overlaps": "O pacote do cliente {client_package} já tem uma promoção de {price:reais}, de {since:day} "
    "a {last_day:day}: encerre-a antes, ou escolha outros dias.",
    "promotion_overlaps_meanwhile": "O pacote do cliente {client_package} acabou de receber uma promoção em um desses "
    "dias: confira os pacotes do plano.",
    "promotion_ends_in_the_past": "Os dias que uma promoção já valeu não mudam: escolha como último dia "
    "{earliest:day} ou um depois.",
    "no_promotion": "O pacote do cliente {client_package} não tem promoção a partir de {since:day}: não há o que "
    "encerrar.",
    "point_unknown": "Não há ponto {point}: confira o número.",
    "point_already_removed": "O ponto {point} foi retirado em {removed_on:day}: use Add. Ponto para pôr um novo.",
    "point_without_package": "O plano do cliente {client_plan} não tem nenhum pacote ativo, e um ponto não mostraria "
    "nada: escolha o “Pacote liberado no Plano” do plano de serviço {service_plan}, ou adicione um Pacote Extra.",
    "point_over_limit": "O plano do cliente {client_plan} chegou ao limite de pontos: tem {points}, e os pacotes dele "
    "permitem {limit}. Retire um ponto, ou adicione um pacote que permita mais.",
    "mac_at_this_point": "O ponto {point} já tem o aparelho {mac}: informe o MAC do novo aparelho, ou use Editar Ponto "
    "para corrigir os dados deste.",
    "mac_at_other_point": "O MAC {mac} está no ponto {point} do plano do cliente {client_plan}: retire-o de lá antes "
    "(Retirar Ponto), ou confira a etiqueta do aparelho.",
    "mac_taken_meanwhile": "O MAC {mac} acabou de ser posto em outro ponto: procure esse ponto e tente de novo.",
    # refusals: the offer
    "service_plan_unknown": "O ERP não tem o plano de serviço {service_plan}: confira o número.",
    "tv_without_default_package": "O plano de serviço {service_plan} não tem “Pacote liberado no Plano”, e sem ele não "
    "pode permitir TV: escolha o pacote junto com “Permite a criação de Planos de TV”.",
    "default_package_is_extra": "O pacote {package} é um Pacote Extra: escolha como “Pacote liberado no Plano” um "
    "pacote básico com Pacote Extra em Não.",
    "default_package_is_not_basic": "O pacote {package} só é servido pela plataforma junto com um pacote básico: "
    "escolha como “Pacote liberado no Plano” um pacote básico com Pacote Extra em Não.",
    "extra_is_default_package": "O pacote {package} é o “Pacote liberado no Plano” destes planos de serviço: "
    "{service_plans}. Um pacote incluído no plano não pode ser Pacote Extra: escolha antes outro pacote neles.",
    "extra_is_default_package_of_many": "O pacote {package} é o “Pacote liberado no Plano” destes planos de serviço: "
    "{service_plans} e mais {others}. Um pacote incluído no plano não pode ser Pacote Extra: escolha antes outro "
    "pacote neles.",
    "policy_without_author": "A política não tem autor: entre no Airflow com o seu usuário.",
    "policy_minimum_impossible": "O valor mínimo R$ {amount} não é um valor em reais e centavos, de zero para cima: "
    "escreva como 5,00.",
    "policy_not_from_a_month_on": "Uma política vale a partir do primeiro dia de um mês, e {valid_from:day} não é um.",
    # refusals: PINs
    "invalid_author": "O autor não tem de 1 a {greatest} caracteres visíveis, e sem autor o PIN não é mostrado: entre "
    "no sistema com o seu usuário.",
    "no_pin": "O plano do cliente {client_plan} ainda não tem {name}, que a integração preenche: confira o número e se "
    "o plano está ativo e permite TV, e aguarde a próxima reconciliação.",
    "too_many_reveals": "Na última hora você já revelou o limite de PINs por pessoa ({allowed}). Poderá revelar outro "
    "a partir das {again:%H:%M}.",
    # refusals: lists of billing
    "preview_lost": "A lista {preview} não está mais guardada: o vencimento foi carregado de novo depois dela, ou ela "
    "se perdeu. Carregue outra vez e confira a lista antes de salvar.",
    "preview_replaced": "A lista {preview} não é a do vencimento {due_date:day}, ou foi carregada de novo depois dela. "
    "Carregue outra vez e confira a lista antes de salvar.",
    "preview_replaced_while_read": "A lista {preview} não está mais guardada: o vencimento foi carregado de novo "
    "depois dela. Comece de novo pelo início da lista.",
    "preview_not_loaded": "A lista do vencimento {due_date:day} ainda não foi carregada.",
    "list_over_limit": "A lista tem mais de {rows} linhas: exporte em CSV, que não tem limite de tamanho.",
    # refusals: the screens, and Airflow beneath them
    "right_missing": "Seu usuário não tem permissão para {right}.",
    # refusals: what a client may ask for by law (LGPD)
    "privacy_client_unknown": "Nem o ERP nem o Multi TV conhecem o cliente {client}: confira o número.",
    "privacy_not_over": "Os dados do cliente {client} ainda não podem ser eliminados. {reasons} Quando isso estiver "
    "resolvido, peça de novo.",
    "document_in_address": "Um CPF ou CNPJ não pode fazer parte do endereço, que navegadores e servidores guardam. "
    "Busque na tela Clientes; um programa o envia no corpo de POST /clients/search.",
    "document_by_form": "O endereço tinha o que parece um CPF ou CNPJ, e navegadores e servidores guardam endereços. "
    "Digite-o no campo abaixo: a busca não o põe no endereço.",
    "bad_cursor": "Esta página da lista não existe: comece de novo pelo início.",
    "dag_paused": "“{dag}” está pausado no Airflow: nada foi iniciado. Ative-o no Airflow e tente de novo.",
    "airflow_forbids": "O Airflow não permite isto ao seu usuário. Nada foi iniciado.",
    "run_unknown": "O Airflow não conhece este DAG ou esta execução.",
    "airflow_refused": "O Airflow recusou o pedido; o log do Airflow diz por quê.",
    # refusals: months that nobody charged, and payouts
    "month_not_open": "O mês {month:month} não está mais em aberto: foi cobrado, ou não é mais devido. Abra a lista de "
    "novo.",
    "month_not_waived": "A cobrança do mês {month:month} não está dispensada: abra a lista de novo.",
    "month_waived_before": "A cobrança do mês {month:month} já foi dispensada por {author} (motivo: {reason}).",
    "waiver_taken_back_before": "A dispensa do mês {month:month} já foi desfeita por {author} (motivo: {reason}).",
    "payment_day_missing": "Preencha o dia do pagamento.",
    "payment_day_impossible": "{day:day} não pode ser o dia do pagamento, que vai até hoje, {today:day}: confira a "
    "data.",
    "payout_not_there": "Não há crédito a pagar com o número {payout}: abra a lista de novo.",
    "payout_made_before": "Este pagamento já foi registrado por {author}, em {day:day} ({how}).",
    "payout_withdrawn": "A correção que criou este crédito foi desfeita: não há mais o que pagar.",
    # a reason that is kept as text only
    "see_detail": "o motivo está no detalhe técnico",
    # why a person has to approve a change set
    "many_removals": (
        "{removals:plano de cliente perderia|planos de clientes perderiam} um serviço, um aparelho ou o acesso: com "
        "{recent:plano|planos} das últimas 24 horas, mais que {limit}"
    ),
    "large_share_of_removals": (
        "{removals:plano de cliente perderia|planos de clientes perderiam} um serviço, um aparelho ou o acesso: com "
        "{recent:plano|planos} das últimas 24 horas, mais de {share:.0%} dos {managed} assinantes da plataforma que "
        "são nossos"
    ),
    # why a change set is not applied at all
    "fewer_client_plans": (
        "o ERP tem {desired:plano de cliente|planos de clientes} a atender, e tinha {before} na última conferência: "
        "ele está completo?"
    ),
    "fewer_subscribers": (
        "a plataforma tem {managed} dos {provisioned} assinantes que criamos: é a plataforma certa, e está completa?"
    ),
    "contracts_are_gone": (
        "{without_contract:assinante nosso está ativo|assinantes nossos estão ativos} na plataforma sem contrato no "
        "ERP, e {managed} têm contrato: o ERP está completo, com os mesmos números de contrato?"
    ),
    "nearly_all_new": (
        "{creations:plano de cliente teria|planos de clientes teriam} um assinante novo, dos {desired} a atender, e "
        "já criamos {recorded} antes: são o ERP e a plataforma certos?"
    ),
    # why an operation on the platform is to be done
    "subscriber_is_missing": "vendido, mas sem assinante na plataforma",
    "name_differs": "o nome é outro no ERP",
    "contract_is_active": "o contrato está ativo",
    "contract_is_suspended": "o contrato está suspenso",
    "contract_is_cancelled": "o contrato está cancelado",
    "plan_lost_tv": "o plano não tem mais TV",
    "pin_is_unknown": "o PIN não é conhecido aqui",
    "owner_changed": "o contrato mudou de cliente, e o PIN do anterior deixa de valer",
    "service_is_missing": "vendido, mas não ativo na plataforma",
    "service_is_not_sold": "ativo na plataforma, mas não vendido",
    "device_is_missing": "é um ponto do cliente, mas falta na plataforma",
    "device_is_no_point": "está na plataforma, mas não é um ponto do cliente",
    "device_differs": "os dados do ponto são outros na plataforma",
    # why an operation was not done, or what was noticed
    "client_without_name": "o ERP não sabe o nome do cliente",
    "service_is_inactive": "a plataforma desativou o serviço",
    "device_not_released": "o aparelho novo ainda está com outro assinante, que não o libera agora: a troca espera",
    "second_basic_service": "um assinante tem um só serviço básico",
    "removal_not_approved": "a retirada não foi aprovada: fica para a próxima reconciliação",
    "waits_for_person": "espera pela resposta de uma pessoa",
    "refused_by_person": "uma pessoa recusou a retirada nas últimas 24 horas",
    "recomputed": "recalculada, porque o assinante mudou na plataforma",
    "overtaken": "substituída por uma alteração mais nova do mesmo contrato",
    "subscriber_not_created": "o assinante não pôde ser criado",
    "pin_not_received": "a plataforma não informou o PIN novo",
    "keeps_changing": "outra pessoa ou outro sistema não para de mudar o assinante",
    "ended_before": "o serviço já estava encerrado",
    "removed_before": "o aparelho já tinha saído",
    "pin_known_before": "o PIN já estava registrado",
    "subscriber_is_unreadable": "a plataforma descreve o assinante de um modo que não sabemos ler",
    "stored_otherwise": "a plataforma aceitou e mostra de outra forma",
    # why a subscriber of the platform is left alone until a person has looked
    "uid_is_missing": "a plataforma não informa o código do assinante: veja com ela",
    "subscriber_is_no_object": "a plataforma mandou outra coisa no lugar de um assinante: veja com ela",
    "status_is_unknown": "a situação na plataforma não é ativo, suspenso nem inativo: corrija-a na plataforma",
    "service_is_unreadable": "um serviço do assinante veio sem código ou com um fim que não é data: corrija-o na "
    "plataforma",
    "device_is_unreadable": "um aparelho do assinante veio sem MAC, ou com um que não é MAC: corrija-o na plataforma",
    "external_id_repeated": "outro assinante da plataforma tem o mesmo código externo: deixe-o em um só",
    "external_id_edited": "o código externo foi mudado na plataforma: o assinante registrado aqui para este contrato é "
    "este; corrija o código externo na plataforma",
    "external_id_against_record": "o código externo é o deste contrato, mas o assinante registrado aqui é outro: "
    "corrija o código externo na plataforma",
    # what the platform refuses
    "not_listed_yet": "a plataforma aceitou o assinante e ainda não o mostra: a próxima reconciliação o encontra",
    "refused_by_platform": "a plataforma recusou esta operação",
    "platform_did_not_answer": "a plataforma não respondeu como devia a esta operação, apesar de várias tentativas",
    "answer_not_understood": "a plataforma respondeu a esta operação de um modo que não se entende",
    "validation_error": "a plataforma não aceita os dados enviados",
    "invalid_mac": "a plataforma não aceita este MAC",
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
    # why the billing of a due date needs a person, and the next step
    "review_waits": "a lista espera por uma resposta: abra no Airflow a execução que aguarda uma pessoa",
    "list_never_saved": "a lista nunca foi salva, porque a execução parou ou foi rejeitada: execute o Faturamento TV "
    "deste vencimento",
    "settlement_stopped": "{events:evento continua pendente|eventos continuam pendentes} com a fatura aberta, porque o "
    "lançamento parou: execute o Faturamento TV deste vencimento, que continua de onde parou",
    "charges_parked": "{events:evento espera|eventos esperam} pela correção de um erro nos dados do ERP, que o "
    "relatório do vencimento nomeia: corrija-o e execute o Faturamento Padrão e o Faturamento TV deste vencimento",
    "plans_parked": "{client_plans:plano de cliente não tem|planos de clientes não têm} fatura por um erro nos dados "
    "do ERP, que o relatório do Faturamento Padrão nomeia: corrija-o e execute o Faturamento Padrão e o Faturamento TV "
    "deste vencimento",
    "standard_billing_to_repair": "o Faturamento Padrão falhou ({cause:sentence}): corrija a causa, execute o "
    "Faturamento Padrão deste vencimento e depois limpe no Airflow (Clear) a espera do Faturamento TV",
    "standard_billing_stopped": "o Faturamento Padrão não terminou: execute o Faturamento Padrão deste vencimento e "
    "depois limpe no Airflow (Clear) a espera do Faturamento TV",
    "standard_billing_missing": "a lista foi salva, e o Faturamento Padrão nunca foi executado: execute o Faturamento "
    "Padrão e depois o Faturamento TV deste vencimento",
    "credits_to_pay_out": "{payouts:crédito não tem|créditos não têm} fatura em que caber, porque o contrato não está "
    "ativo: pague {amount:reais} ao cliente e registre o pagamento, ou desfaça a correção",
    "credits_wait": "{credits:crédito espera|créditos esperam} há mais de dois meses por uma fatura aberta, com "
    "{amount:reais} por devolver: veja por que o cliente não tem fatura com valor",
    "never_billed": "o Faturamento TV nunca foi executado: execute o Faturamento TV deste vencimento",
    # why a billing run failed
    "unexpected_error": "erro inesperado",
    "wait_lost": "ninguém vigiou a espera até o prazo, porque o triggerer do Airflow estava parado",
    "task_killed": "a tarefa foi interrompida antes de terminar",
    "bad_settings": "uma configuração do sistema está errada",
    "connection_missing": "falta a conexão com o banco de dados",
    "database_unavailable": "o banco de dados não respondeu",
    "database_busy": "o banco de dados estava ocupado",
    "database_refused": "o banco de dados recusou a operação",
    "schema_missing": "o banco de dados não está preparado para esta versão do sistema",
    "erp_empty": "o ERP não mostra nenhum plano de cliente",
    "erp_unavailable": "o ERP não respondeu",
    "erp_view_failed": "a leitura do ERP falha por um erro nos dados dele ou na visão que os lê",
    "erp_incomplete": "muitos planos de clientes faltam no ERP ou estão errados nele",
    "check_failed": "uma conferência encontrou dados errados",
    "review_unanswered": "ninguém respondeu sobre a lista no prazo",
    "list_rejected": "uma pessoa rejeitou a lista",
    "review_decided": "já havia uma resposta sobre a lista",
    "review_lost": "a lista que foi mostrada não existe mais, porque o banco de dados foi restaurado",
    "list_changed": "a lista mudou depois de aprovada",
    "too_many_voids": "eventos pendentes demais seriam cancelados de uma vez",
    "due_date_overtaken": "o faturamento de outro vencimento cobrou, lançou ou cancelou o mesmo ao mesmo tempo",
    "gate_failed": "os eventos salvos não passaram na conferência",
    "standard_billing_failed": "o Faturamento Padrão falhou",
    "standard_billing_overdue": "o Faturamento Padrão não foi fechado no prazo",
    "standard_billing_not_closed": "o Faturamento Padrão não está fechado",
    # where the amount of a billing event comes from, in parts
    "explained_charge": "{package} em {reference_month:month}: {amount:reais}",
    "explained_reversal": "Estorno de {package} em {reference_month:month}: {amount:reais}",
    "explained_whole_month": "mês cheio",
    "explained_days": "{days} de {denominator} dias de {price:reais}",
    "explained_price_of_client": "preço do cliente",
    "explained_price_of_package": "preço do pacote",
    "explained_policy": "política {policy_id}: {proration:label}, {timing:label}",
    "explained_open_month": "política {policy_id}: {proration:label}, mês anterior que ainda não tinha sido cobrado",
    "explained_difference": "Diferença de {package} em {reference_month:month}: {amount:reais} (o mês soma "
    "{owed:reais}, dos quais {value_before:reais} já tinham sido cobrados)",
    "explained_charged_anew": "{package} em {reference_month:month}: {amount:reais} (o que já tinha sido cobrado do "
    "mês foi devolvido)",
    "explained_reversed_difference": "Estorno da diferença de {package} em {reference_month:month}: {amount:reais} (o "
    "mês fica com os {value_before:reais} cobrados antes)",
    "explained_adjustment": "Crédito de {package} em {reference_month:month}: {amount:reais} (o mês custa menos do que "
    "foi cobrado)",
    # what is pending, and what a person decides about it
    "credit_rest": "{line}; faltam {rest:reais}",
    "policy_will_adjust": "{line}. A política de faturamento devolve o excesso na próxima lista salva",
    "month_owes": "Deve {owed:reais}, e nada foi cobrado",
    "month_owes_rest": "Deve {owed:reais}, e {charged:reais} foram cobrados",
    "month_waived": "Devia {owed:reais}, com {charged:reais} cobrados; dispensado por {author} em {at}",
    "payout_noted": "Pago em {day:day} ({how}); registrado por {author}",
    "payout_noted_by": "Pagamento registrado por {author}",
    "about_overdue_charges": "Cobranças de vencimentos que já passaram e que ainda não estão em uma fatura, "
    "também as que esperam outra.",
    "about_carried_charges": "Cobranças sem fatura aberta no seu vencimento: a próxima fatura aberta do cliente as "
    "leva.",
    "about_waiting_credits": "Estornos e ajustes que esperam uma fatura aberta do cliente em que caibam.",
    "about_payouts": "Créditos de clientes que não terão mais fatura: pague o cliente e registre o pagamento.",
    "about_paid_payouts": "Créditos que foram pagos fora das faturas, e quem registrou cada pagamento.",
    "about_open_months": "O que os contratos devem e nenhum vencimento cobrou, como a última vigilância do faturamento "
    "encontrou. A política de faturamento pode cobrar estes valores no próximo vencimento; o que for dispensado não é "
    "mais cobrado nem aparece aqui.",
    "about_waived_months": "Meses que uma pessoa decidiu não cobrar. Uma dispensa pode ser desfeita.",
    "about_excess_charges": "O que foi cobrado e não é devido, como a última vigilância do faturamento encontrou. Para "
    "devolver, estorne o evento em Corrigir um evento de faturamento, com o código da explicação.",
    "about_waive_month": "Este mês não será mais cobrado nem apontado como em aberto.",
    "about_take_back_waiver": "Este mês volta a ficar em aberto, e pode ser cobrado.",
    "waive_month_done": "Contrato {client_plan}: cobrança de {month:month} dispensada.",
    "take_back_waiver_done": "Contrato {client_plan}: {month:month} está em aberto de novo.",
    "payment_done": "Pagamento de {amount:reais} a {client} registrado em {day:day}.",
    # what was set by a form of Airflow
    "policy_of_plan_set": "Política {policy_id} do plano de serviço {service_plan}, a partir de {valid_from:month}: "
    "{proration:label}, {timing:label}, {rounding:label}, mínimo de {minimum_amount:reais}.",
    "policy_of_all_set": "Política {policy_id} dos planos de serviço sem política própria, a partir de "
    "{valid_from:month}: {proration:label}, {timing:label}, {rounding:label}, mínimo de {minimum_amount:reais}.",
    "promotion_made": "Pacote do cliente {client_package}: {price:reais} por mês, de {since:day} a {last_day:day}.",
    "promotion_ended": "Pacote do cliente {client_package}: sem promoção a partir de {until:day}.",
    # what is unusual about a list of billing
    "not_billed_month_before": "Este vencimento não foi faturado no mês anterior: não há com que comparar.",
    "charges_changed": "O número de cobranças mudou mais de {share:.0%} em um mês: de {before} para {after}.",
    "amount_changed": "O total mudou mais de {share:.0%} em um mês: de {before:reais} para {after:reais}.",
    "months_are_open": "Meses anteriores que nunca foram cobrados: {months}, que somam {amount:reais}. A lista não os "
    "cobra; a política de faturamento pode cobrá-los.",
    "charge_above_limit": "Há uma cobrança de {amount:reais}, acima do limite de {limit:reais}.",
    "as_written": "{text}",
    # why partitions were not merged
    "merge_blocked": "outra transação as usava, ou o banco estava ocupado",
    "merge_overtaken": "um evento, um lançamento ou um faturamento delas mudou durante a junção",
    "merge_depended_on": "uma visão ou outro objeto do banco depende de uma das partições: apague-o",
    # why sale, service and charge disagree
    "package_ended_before": "pacote cancelado em {ended_on:day}, antes do que foi cobrado",
    "contract_ended_before": "contrato cancelado em {ended_on:day}, antes do que foi cobrado",
    "package_deactivated": "a plataforma desativou o pacote",
    "not_approved": "a reconciliação que o ativaria não foi aprovada",
    "sold_lately": "vendido há pouco: a próxima reconciliação o ativa",
    "no_subscriber": "sem assinante na plataforma",
    "subscriber_is_parked": "o assinante está em quarentena",
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

    A parameter is shown as `{name}`, or as `{name:day}` (dd/mm/aaaa), `{name:month}` (mm/aaaa), `{name:reais}`,
    `{name:label}` (the label of a code), `{name:sentence}` (its sentence) or `{name:plano|planos}` (a count with its
    noun). A parameter that is missing or None is shown as a dash, and a code without words by a sentence that says so:
    rows are kept for longer than words, and a page must not break for one.
    """
    return fill(SENTENCES.get(code, _UNKNOWN), parameters)


def fill(words: str, parameters: Mapping[str, object] | None = None) -> str:
    """Return words with their parameters in them, as `sentence` does."""
    return _WORDS.vformat(words, (), dict(parameters or {}))


def number(value: int | None) -> str:
    """Return a count with dots between thousands, a dash for none."""
    return "—" if value is None else f"{value:,}".replace(",", ".")


def size(value: int) -> str:
    """Return a number of bytes in the unit that suits it, such as "1,5 MB"."""
    amount, unit = float(value), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:.{0 if unit == 'B' else 1}f} {unit}".replace(".", ",")


def counted(value: int, one: str, many: str) -> str:
    """Return a count with its noun, such as "1 plano" or "2 planos"."""
    return f"{number(value)} {one if value == 1 else many}"


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


def reasons_as_json(reasons: Iterable[Reason]) -> str:
    """Return reasons as the database keeps them: a JSON array of objects with `code` and `parameters`.

    Amounts and days become text, because a number of JSON has no decimals of its own.
    """
    return json.dumps([asdict(reason) for reason in reasons], default=str)


class _Words(Formatter):
    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key))

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return "—"
        match format_spec:
            case "day":
                return f"{_date(value):%d/%m/%Y}"
            case "month":
                return f"{_date(value):%m/%Y}"
            case "reais":
                return reais(Decimal(str(value)))
            case "label":
                return label(str(value))
            case "sentence":
                return sentence(str(value))
        one, separator, many = format_spec.partition("|")
        if separator:
            return counted(int(value), one, many)
        return str(super().format_field(value, format_spec))


def _date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


_WORDS = _Words()
