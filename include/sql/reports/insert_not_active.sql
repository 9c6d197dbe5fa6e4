-- In: change_set, today, since (no charge is older); the temporary tables unserved, suspect and concerned. Inserts what
-- is sold but not active, and what is billed but not active: a charge of an extra that the platform does not serve,
-- although the client plan should be served and the sale did not end.
-- Not a discrepancy: a sale or contract that ended after the day for which it was charged; a contract that is suspended
-- or no longer has TV; and a pending charge of what ended before that day, which settlement voids (a processed one is a
-- discrepancy). The reason comes from the change set's operations, or else from the platform's subscriber.
insert into reconciliation.discrepancy (change_set_id, kind, client_plan_id, package_id, amount, reason)
with charge as (
    select
        suspect.client_plan_id,
        suspect.package_id,
        suspect.event_id,
        suspect.due_date,
        suspect.amount,
        suspect.sold_on,
        concerned.status_wanted = 'ACTIVE' as to_serve,
        least(sold.cancelled_on, suspect.contract_cancelled_on) as ended_on,
        case
            when sold.cancelled_on <= suspect.sold_on
                then 'pacote cancelado em ' || to_char(sold.cancelled_on, 'DD/MM/YYYY')
            else 'contrato cancelado em ' || to_char(suspect.contract_cancelled_on, 'DD/MM/YYYY')
        end || ', antes do que foi cobrado' as ended
    from suspect
    inner join tv.client_package as sold on suspect.client_package_id = sold.id
    inner join concerned on suspect.client_plan_id = concerned.client_plan_id
    where suspect.event_id is not null and sold.added_on <= cast(:today as date)
),

missing as (
    select
        'sold_not_active' as kind,
        unserved.client_plan_id,
        unserved.package_id,
        unserved.amount,
        null as ended
    from unserved
    union all
    select
        'billed_not_active' as kind,
        charge.client_plan_id,
        charge.package_id,
        sum(charge.amount) as amount,
        max(case when charge.ended_on <= charge.sold_on then charge.ended end) as ended
    from charge
    where
        case
            when charge.ended_on <= charge.sold_on
                then exists (
                    select 1
                    from finance.posting
                    where
                        posting.event_due_date = charge.due_date
                        and posting.event_due_date >= cast(:since as date)
                        and posting.id = charge.event_id
                )
            when charge.ended_on <= cast(:today as date) then false
            else charge.to_serve
        end
    group by charge.client_plan_id, charge.package_id
),

-- What the change set left undone for a client plan: its subscriber (no target), or a service.
undone as (
    select
        operation.client_plan_id,
        operation.target,
        coalesce(max(operation.outcome_code), 'not_applied') as outcome
    from reconciliation.operation as operation
    where
        operation.change_set_id = :change_set
        and operation.status in ('planned', 'rejected')
        and operation.action in ('create', 'resume', 'add_service')
    group by operation.client_plan_id, operation.target
),

wording (outcome, reason) as (
    values
    ('not_applied', 'a reconciliação que o ativaria não foi aprovada'),
    ('client_without_name', 'o ERP não sabe o nome do cliente'),
    ('second_basic_service', 'um assinante tem um só serviço básico')
)

select
    :change_set,
    missing.kind,
    missing.client_plan_id,
    missing.package_id,
    missing.amount,
    case
        when missing.ended is not null then missing.ended
        when not package.active then 'a plataforma desativou o pacote'
        when coalesce(subscriber.outcome, service.outcome) is not null
            then coalesce(wording.reason, 'recusado pela plataforma')
        when not package.platform_uid = any(concerned.services_wanted)
            then 'vendido há pouco: a próxima reconciliação o ativa'
        when concerned.status is null then 'sem assinante na plataforma'
        when concerned.status = 'SUSPENDED' then 'assinante suspenso na plataforma'
        when concerned.status = 'INACTIVE' then 'assinante inativo na plataforma'
        else 'falta na plataforma'
    end
from missing
inner join tv.package as package on missing.package_id = package.id
inner join concerned on missing.client_plan_id = concerned.client_plan_id
left join undone as subscriber on missing.client_plan_id = subscriber.client_plan_id and subscriber.target is null
left join undone as service
    on missing.client_plan_id = service.client_plan_id and package.platform_uid = service.target
left join wording on coalesce(subscriber.outcome, service.outcome) = wording.outcome
where (concerned.status = 'ACTIVE' and package.platform_uid = any(concerned.services)) is not true
