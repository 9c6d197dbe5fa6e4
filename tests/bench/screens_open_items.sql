-- What is pending of an ISP after a bad month: nobody charged {month}, a tenth of the last due date was not owed, and
-- one in a hundred of its charges has no posting; credits and payouts of others. No trigger keeps the books meanwhile.
set local session_replication_role = replica;
create temporary table charge on commit drop as
select event.*, row_number() over (order by event.id) as number
from billing.event_record as event
where event.due_date = (select max(run.due_date) from billing.run where run.kind = 'tv')
and event.kind = 'charge' and event.cancelled_at is null;
insert into billing.open_month (client_plan_id, package_id, reference_month, owed, charged)
select id, mod(id, 2), '{month}', 29.90, 0 from erp.client_plan;
insert into billing.waiver (client_plan_id, package_id, reference_month, waived, owed, charged, reason, author)
select id, mod(id, 2), '{month}', true, 29.90, 0, 'cortesia', 'ana' from erp.client_plan where mod(id, 50) = 0;
delete from billing.open_month where mod(client_plan_id, 50) = 0;
insert into billing.excess_charge
select due_date, client_plan_id, package_id, reference_month, 1, 'package_cancelled', false, array[id]
from charge where mod(number, 10) = 0;
delete from finance.posting using charge
where event_due_date = charge.due_date and posting.id = charge.id and mod(charge.number, 100) = 0;
update billing.run set status = 'saved', closed_at = null
from (select max(due_date) as due_date from charge) as last
where run.kind = 'tv' and run.due_date = last.due_date;
insert into billing.carried_charge (event_id, due_date, client_plan_id)
select id, due_date, client_plan_id from charge where mod(number, 200) = 0;
insert into billing.credit (event_id, due_date, client_plan_id, charge_id, amount, rest)
select id, due_date, client_plan_id, id, -amount, amount from charge where mod(number, 100) = 1;
insert into billing.payout (event_id, due_date, client_plan_id, amount)
select id, due_date, client_plan_id, amount from charge where mod(number, 100) = 1;
