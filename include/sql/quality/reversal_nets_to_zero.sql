-- In: due_date. Out: each charge of the due date that is reversed without a reversal of the same amount, or has one
-- without being reversed, and each reversal whose posting credits another amount than the posting it points at.
select
    'event ' || charge.id || ' of ' || charge.amount || ' is ' || case when charge.reversed then '' else 'not ' end
    || 'reversed, its reversals are ' || coalesce(sum(reversal.amount), 0) as offender
from billing.event_record as charge
left join billing.correction on charge.id = correction.event_id and correction.action = 'reverse'
left join billing.event_record as reversal
    on correction.reversal_event_id = reversal.id and reversal.due_date = :due_date
where charge.due_date = :due_date and charge.kind = 'charge' and (charge.reversed or correction.id is not null)
group by charge.id, charge.due_date
having
    coalesce(sum(reversal.amount), 0) <> case when charge.reversed then -charge.amount else 0 end
    or count(reversal.id) > 1
    or bool_or(reversal.client_package_id <> charge.client_package_id)
union all
select 'posting ' || credit.id || ' of ' || credit.amount || ' reverses one of ' || posting.amount as offender
from finance.posting as credit
left join finance.posting as posting
    on credit.reverses_posting_id = posting.id and posting.event_due_date = :due_date
where
    credit.event_due_date = :due_date
    and credit.kind = 'reversal'
    and (credit.amount + posting.amount) is distinct from 0
