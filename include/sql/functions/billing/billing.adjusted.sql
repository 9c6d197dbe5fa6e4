-- Out: the charges of which a policy gave something back, with the sum of that in reais, below zero.
create or replace view billing.adjusted as
select
    credit.charge_id,
    credit.due_date,
    sum(credit.amount) as amount
from billing.credit
where credit.kind = 'adjustment' and not credit.voided
group by credit.charge_id, credit.due_date;
