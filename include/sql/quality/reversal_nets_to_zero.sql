-- In: due_date. Out: each charge of the due date that is reversed, but whose credits do not add up to it; that is not,
-- but has a reversal of the whole or adjustments of more than its amount; each posting that gives back what is no
-- charge, and each charge of which more was given back by postings than it charged.
with credit as (
    select
        stored.charge_id,
        sum(coalesce(reversal.amount, 0)) as amount,
        count(*) filter (where stored.kind = 'reversal') as reversals,
        bool_or(
            stored.amount is distinct from reversal.amount
            or reversal.client_package_id is distinct from charge.client_package_id
        ) as differs
    from billing.credit as stored
    left join billing.event_record as reversal
        on stored.event_id = reversal.id and reversal.due_date = :due_date and reversal.kind = 'reversal'
    left join billing.event_record as charge
        on stored.charge_id = charge.id and charge.due_date = :due_date and charge.kind = 'charge'
    where stored.due_date = :due_date and not stored.voided
    group by stored.charge_id
)

select
    'event ' || coalesce(charge.id, credit.charge_id) || ' of ' || coalesce(charge.amount, 0) || ' is '
    || case when charge.reversed then '' else 'not ' end || 'reversed, its reversals are ' || coalesce(credit.amount, 0)
        as offender
from (
    select event.*
    from billing.event_record as event
    where event.due_date = :due_date and event.kind = 'charge'
) as charge
full join credit on charge.id = credit.charge_id
where
    (charge.reversed or credit.charge_id is not null)
    and (
        charge.id is null
        or credit.differs
        or case
            when charge.reversed
                then credit.reversals is distinct from 1 or -credit.amount is distinct from charge.amount
            else credit.reversals > 0 or -credit.amount > charge.amount
        end
    )
union all
select 'posting ' || reversal.id || ' of ' || reversal.amount || ' gives back no charge' as offender
from finance.posting as reversal
left join finance.posting as posting
    on
        reversal.reverses_posting_id = posting.id
        and posting.event_due_date = :due_date
        and posting.kind = 'tv_package'
where reversal.event_due_date = :due_date and reversal.kind = 'reversal' and posting.id is null
union all
select 'posting ' || posting.id || ' of ' || posting.amount || ' is given back by ' || sum(reversal.amount) as offender
from finance.posting as reversal
inner join finance.posting as posting
    on reversal.reverses_posting_id = posting.id and posting.event_due_date = :due_date
where reversal.event_due_date = :due_date and reversal.kind = 'reversal'
group by posting.id, posting.amount
having -sum(reversal.amount) > posting.amount
