-- In: of_client. Out: what stays of a client after an erasure, by kind, and how many rows: of the days on which a
-- contract was this client's.
create or replace function privacy.kept(of_client bigint)
returns table (kind text, rows bigint)
language sql stable
as $$
    with held as materialized (
        select
            mine.client_plan_id,
            mine.since,
            mine.until
        from privacy.held(of_client) as mine
    ),

    own as materialized (
        select distinct held.client_plan_id
        from held
        where held.until = 'infinity'
    ),

    invoice as materialized (
        select distinct invoice.id
        from held
        inner join finance.invoice as invoice
            on
                held.client_plan_id = invoice.client_plan_id
                and invoice.due_date >= held.since
                and invoice.due_date < held.until
    )

    select 'kept_contracts' as kind, count(distinct held.client_plan_id) as rows
    from held
    union all
    select 'kept_sales', count(distinct sold.id)
    from held
    inner join tv.client_package as sold
        on
            held.client_plan_id = sold.client_plan_id
            and sold.added_on < held.until
            and coalesce(sold.cancelled_on, 'infinity') > held.since
    union all
    select 'kept_events', count(distinct event.id)
    from held
    inner join billing.event_record as event
        on
            held.client_plan_id = event.client_plan_id
            and event.due_date >= held.since
            and event.due_date < held.until
    union all
    select 'kept_invoices', count(*)
    from invoice
    union all
    select 'kept_postings', count(*)
    from invoice
    inner join finance.posting as posting on invoice.id = posting.invoice_id
    union all
    select 'kept_credits_and_payouts', count(*)
    from billing.credit
    where
        credit.client_id = of_client
        or (credit.client_id is null and credit.client_plan_id in (select own.client_plan_id from own))
    union all
    select 'kept_audit', count(distinct change.id)
    from held
    inner join tv.contract_change as change
        on
            held.client_plan_id = change.client_plan_id
            and change.changed_at >= held.since
            and change.changed_at < held.until
    union all
    select 'kept_subscriber_uids', count(*)
    from own
    inner join tv.client_extra_field as field on own.client_plan_id = field.client_plan_id
    where field.client_id is null or field.client_id = of_client
$$;
