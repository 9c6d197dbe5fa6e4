-- What is wrong with a row of the ERP, as reasons to park its client plan: nothing is charged, posted or voided by it.
alter table billing.exclusion_reason drop constraint exclusion_reason_at_settlement_check;
alter table billing.exclusion_reason
add constraint exclusion_reason_at_settlement_check check (at_settlement in ('void', 'keep', 'wait'));
comment on column billing.exclusion_reason.at_settlement is
'What settlement does with a pending charge that has this reason by now: void it, keep it as it was saved, or neither '
'post nor void it until the row of the ERP is corrected. A charge that waits stays pending when a list is saved, too.';
update billing.exclusion_reason set at_settlement = 'wait'
where exclusion_reason.code = 'listed_twice';
insert into billing.exclusion_reason (code, is_bad_data, at_settlement, if_served)
values
('impossible_client_plan_id', true, 'wait', 'discrepancy'),
('impossible_client_id', true, 'wait', 'discrepancy'),
('impossible_service_plan_id', true, 'wait', 'discrepancy'),
('impossible_date', true, 'wait', 'discrepancy'),
('service_plan_unknown', true, 'wait', 'discrepancy'),
('service_plan_repeated', true, 'wait', 'discrepancy'),
('impossible_monthly_price', true, 'wait', 'discrepancy');
analyze billing.exclusion_reason;

alter table billing.exclusion drop constraint exclusion_reason_check;
alter table billing.exclusion
add constraint exclusion_reason_check check (
    reason in (
        'client_plan_cancelled', 'client_plan_suspended', 'client_plan_not_active_yet', 'plan_without_tv',
        'package_not_extra', 'package_inactive', 'not_added_yet', 'package_cancelled', 'no_price', 'free',
        'already_billed', 'not_due', 'below_minimum', 'corrected', 'negative_price', 'listed_twice',
        'impossible_client_plan_id', 'impossible_client_id', 'impossible_service_plan_id', 'impossible_date',
        'service_plan_unknown', 'service_plan_repeated', 'impossible_monthly_price'
    )
);
comment on column billing.exclusion.service_plan_id is '0: the ERP names none.';

-- Their files have other columns.
drop function if exists billing.due_client_plan(date);
drop function if exists billing.repeated_client_plan(date);
-- Counted by billing.count_waiting.
drop function if exists billing.count_postable(date);
