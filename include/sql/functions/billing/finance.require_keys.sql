-- Trigger on finance.posting and its partitions: checks, for the rows that a statement added, the references that no
-- foreign key declares: the invoice (of the same client plan and month for a plan fee), the event (not voided), and the
-- reversed posting. For single rows, as billing.require_keys.
create or replace function finance.require_keys() returns trigger language plpgsql set enable_nestloop = on as $$
declare
    orphan record;
begin
    with missing as (
        select
            added.id,
            'invoice_id' as key
        from added
        where
            not exists (
                select
                from finance.invoice
                where
                    invoice.id = added.invoice_id
                    and (
                        added.kind <> 'plan'
                        or (
                            invoice.client_plan_id = added.fee_client_plan_id
                            and date_trunc('month', invoice.due_date::timestamp) = added.fee_month
                        )
                    )
            )
        union all
        select
            added.id,
            'billing_event_id' as key
        from added
        where
            added.billing_event_id is not null
            and not exists (
                select
                from billing.event_record as event
                where
                    event.id = added.billing_event_id
                    and event.due_date = added.event_due_date
                    and event.cancelled_at is null
            )
        union all
        select
            added.id,
            'reverses_posting_id' as key
        from added
        where
            added.reverses_posting_id is not null
            and not exists (
                select
                from finance.posting
                where posting.id = added.reverses_posting_id and posting.event_due_date = added.event_due_date
            )
    )

    select
        missing.id,
        missing.key
    into orphan
    from missing
    limit 1;
    if found then
        raise exception 'posting %: what its % points at does not exist', orphan.id, orphan.key
            using errcode = 'foreign_key_violation', constraint = 'posting_' || orphan.key || '_fkey';
    end if;
    return null;
end
$$;
