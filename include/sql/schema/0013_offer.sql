-- A plan that allows TV needs a default package: without one its extras are not charged, and the books name it. A
-- pending charge survives a mistake of the offer.
insert into billing.exclusion_reason (code, is_bad_data, at_settlement, if_served)
values ('no_default_package', true, 'keep', 'discrepancy');
analyze billing.exclusion_reason;

alter table billing.exclusion drop constraint exclusion_reason_check;
alter table billing.exclusion
add constraint exclusion_reason_check check (
    reason in (
        'client_plan_cancelled', 'client_plan_suspended', 'client_plan_not_active_yet', 'plan_without_tv',
        'no_default_package', 'package_not_extra', 'package_inactive', 'not_added_yet', 'package_cancelled', 'no_price',
        'free', 'already_billed', 'not_due', 'below_minimum', 'corrected', 'negative_price', 'listed_twice',
        'impossible_client_plan_id', 'impossible_client_id', 'impossible_service_plan_id', 'impossible_date',
        'service_plan_unknown', 'service_plan_repeated', 'impossible_monthly_price', 'open_month', 'before_go_live'
    )
);

-- Promotions are changes of a contract.
alter table tv.contract_change drop constraint contract_change_action_check;
alter table tv.contract_change
add constraint contract_change_action_check check (
    action in (
        'add_package', 'cancel_package', 'delete_package', 'add_promotion', 'end_promotion',
        'add_point', 'edit_point', 'remove_point', 'swap_point',
        'change_default_package', 'set_allows_tv', 'change_offer'
    )
);
create index promotion_client_package on tv.promotion (client_package_id);
