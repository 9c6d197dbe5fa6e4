-- Makes the temporary table adjustment, for billing/list_adjustments.
create temporary table adjustment (
    charge_id bigint not null,
    due_date date not null,
    amount numeric(12, 2) not null,
    days smallint
) on commit drop
