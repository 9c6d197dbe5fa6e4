-- In: of_client. Out: what stays of a client after an erasure, by kind, and how many rows.
create or replace function privacy.kept(of_client bigint)
returns table (kind text, rows bigint)
language sql stable
as $$
    with held as materialized (
        select distinct mine.client_plan_id from privacy.held(of_client) as mine
    )

    select 'kept_contracts' as kind, count(*) as rows
    from held
    union all
    select 'kept_sales', count(*)
    from held
    inner join tv.client_package as sold on held.client_plan_id = sold.client_plan_id
    union all
    select 'kept_events', count(*)
    from held
    inner join billing.event_record as event on held.client_plan_id = event.client_plan_id
    union all
    select 'kept_invoices', count(*)
    from held
    inner join finance.invoice as invoice on held.client_plan_id = invoice.client_plan_id
    union all
    select 'kept_postings', count(*)
    from held
    inner join finance.invoice as invoice on held.client_plan_id = invoice.client_plan_id
    inner join finance.posting as posting on invoice.id = posting.invoice_id
    union all
    select 'kept_credits_and_payouts', count(*)
    from held
    inner join billing.credit as credit on held.client_plan_id = credit.client_plan_id
    union all
    select 'kept_audit', count(*)
    from held
    inner join tv.contract_change as change on held.client_plan_id = change.client_plan_id
    union all
    select 'kept_subscriber_uids', count(*)
    from held
    inner join tv.client_extra_field as field on held.client_plan_id = field.client_plan_id
$$;
