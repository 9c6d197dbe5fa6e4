-- In: client; pin_field, the name of the extra field with the PIN; timezone, the ISP's. Out: every row that the tables
-- hold about a client, as JSON, with the table that it is from; never a PIN. Of a client plan that changed its client,
-- what is of the business days on which it was this one's; of the day on which it came from another client, without
-- what was that one's. Looks through all due dates, which only a person's request is worth.
with held as materialized (
    select
        mine.client_plan_id,
        mine.since,
        mine.until,
        -- The first day of this client's, after another one's.
        case
            when
                not exists (
                    select 1 from privacy.held(:client) as earlier
                    where
                        earlier.client_plan_id = mine.client_plan_id
                        and earlier.since < mine.since
                        and earlier.until >= mine.since
                )
                then mine.since
        end as taken_over_on
    from privacy.held(:client) as mine
),

own as materialized (
    select distinct held.client_plan_id
    from held
    where held.until = 'infinity'
),

-- Of these the platform may have had still what was another client's, when it was asked last.
inherited as materialized (
    select held.client_plan_id
    from held
    where held.taken_over_on > '-infinity'
),

sold as materialized (
    select package.*
    from tv.client_package as package
    where
        exists (
            select 1 from held
            where
                held.client_plan_id = package.client_plan_id
                and package.added_on < held.until
                and coalesce(package.cancelled_on, 'infinity') > held.since
        )
),

event as materialized (
    select event.*
    from billing.event_record as event
    where
        exists (
            select 1 from held
            where
                held.client_plan_id = event.client_plan_id
                and event.due_date >= held.since
                and event.due_date < held.until
        )
),

invoice as materialized (
    select invoice.*
    from finance.invoice as invoice
    where
        exists (
            select 1 from held
            where
                held.client_plan_id = invoice.client_plan_id
                and invoice.due_date >= held.since
                and invoice.due_date < held.until
        )
),

change_set as materialized (
    select
        made.id,
        cast(made.created_at at time zone :timezone as date) as made_on
    from reconciliation.change_set as made
)

select
    'erp.client' as source,
    to_jsonb(client) as content
from erp.client as client
where client.id = :client
union all
select
    'erp.client_plan',
    to_jsonb(plan)
from erp.client_plan as plan
where plan.client_id = :client
union all
select
    'history.client_plan',
    to_jsonb(state)
from history.client_plan as state
where state.client_id = :client
union all
select
    'history.client_plan_term',
    to_jsonb(term)
from history.client_plan_term as term
where term.client_plan_id in (select own.client_plan_id from own)
union all
select
    'tv.client_package',
    to_jsonb(sold)
from sold
union all
select
    'history.client_package',
    to_jsonb(state)
from history.client_package as state
where state.client_package_id in (select sold.id from sold)
union all
select
    'tv.promotion',
    to_jsonb(promotion)
from tv.promotion as promotion
where promotion.client_package_id in (select sold.id from sold)
union all
select
    'tv.client_point',
    to_jsonb(point)
from tv.client_point as point
where
    exists (
        select 1 from held
        where
            held.client_plan_id = point.client_plan_id
            and point.added_on < held.until
            and coalesce(point.removed_on, 'infinity') > held.since
    )
union all
select
    'tv.client_extra_field',
    to_jsonb(field) || case when field.name = :pin_field then cast('{"value": null}' as jsonb) else '{}' end
from tv.client_extra_field as field
where
    field.client_plan_id in (select own.client_plan_id from own)
    and (field.client_id is null or field.client_id = :client)
union all
select
    'tv.contract_change',
    to_jsonb(change) || case
        when cast(change.changed_at at time zone :timezone as date) = held.taken_over_on
            then jsonb_build_object('before', privacy.anonymous(change.before))
        else '{}'
    end
from tv.contract_change as change
inner join held
    on
        change.client_plan_id = held.client_plan_id
        and cast(change.changed_at at time zone :timezone as date) >= held.since
        and cast(change.changed_at at time zone :timezone as date) < held.until
union all
select
    'tv.pin_reveal',
    to_jsonb(reveal)
from tv.pin_reveal as reveal
where
    exists (
        select 1 from held
        where
            held.client_plan_id = reveal.client_plan_id
            and cast(reveal.revealed_at at time zone :timezone as date) >= held.since
            and cast(reveal.revealed_at at time zone :timezone as date) < held.until
    )
union all
select
    'billing.event_record',
    to_jsonb(event)
from event
union all
select
    'billing.exclusion',
    to_jsonb(exclusion)
from billing.exclusion as exclusion
inner join billing.run as run on exclusion.run_id = run.id
where
    exists (
        select 1 from held
        where
            held.client_plan_id = exclusion.client_plan_id
            and run.due_date >= held.since
            and run.due_date < held.until
    )
union all
select
    'billing.preview_line',
    to_jsonb(line)
from billing.preview_line as line
where line.client_plan_id in (select own.client_plan_id from own)
union all
select
    'billing.preview_change',
    to_jsonb(change)
from billing.preview_change as change
where change.client_plan_id in (select own.client_plan_id from own)
union all
select
    'billing.open_month',
    to_jsonb(open)
from billing.open_month as open
where open.client_plan_id in (select own.client_plan_id from own)
union all
select
    'billing.excess_charge',
    to_jsonb(excess)
from billing.excess_charge as excess
where excess.client_plan_id in (select own.client_plan_id from own)
union all
select
    'billing.waiver',
    to_jsonb(waiver)
from billing.waiver as waiver
where
    exists (
        select 1 from held
        where
            held.client_plan_id = waiver.client_plan_id
            and cast(waiver.created_at at time zone :timezone as date) >= held.since
            and cast(waiver.created_at at time zone :timezone as date) < held.until
    )
union all
select
    'billing.correction',
    to_jsonb(correction)
from billing.correction as correction
where correction.event_id in (select event.id from event) or correction.charge_event_id in (select event.id from event)
union all
select
    'billing.credit',
    to_jsonb(credit)
from billing.credit as credit
where
    credit.client_id = :client
    or (credit.client_id is null and credit.client_plan_id in (select own.client_plan_id from own))
union all
select
    'billing.credit_posting',
    to_jsonb(posting)
from billing.credit_posting as posting
where posting.invoice_id in (select invoice.id from invoice)
union all
select
    'billing.payout',
    to_jsonb(payout)
from billing.payout as payout
where
    payout.client_id = :client
    or (payout.client_id is null and payout.client_plan_id in (select own.client_plan_id from own))
union all
select
    'billing.carried_charge',
    to_jsonb(carried)
from billing.carried_charge as carried
where carried.event_id in (select event.id from event)
union all
select
    'billing.carried_fee',
    to_jsonb(carried)
from billing.carried_fee as carried
where carried.invoice_id in (select invoice.id from invoice)
union all
select
    'finance.invoice',
    to_jsonb(invoice)
from invoice
union all
select
    'finance.posting',
    to_jsonb(posting)
from finance.posting as posting
where posting.invoice_id in (select invoice.id from invoice)
union all
select
    'reconciliation.operation',
    to_jsonb(operation) || case
        when change_set.made_on = held.taken_over_on
            then jsonb_build_object(
                'before', privacy.anonymous(operation.before),
                'target', case when operation.action <> 'remove_device' then operation.target end
            )
        else '{}'
    end
from reconciliation.operation as operation
inner join change_set on operation.change_set_id = change_set.id
inner join held
    on
        operation.client_plan_id = held.client_plan_id
        and change_set.made_on >= held.since
        and change_set.made_on < held.until
where operation.client_id is null or operation.client_id = :client
union all
select
    'reconciliation.difference',
    to_jsonb(difference) || case
        when change_set.made_on = held.taken_over_on and difference.action = 'remove_device'
            then cast('{"target": null}' as jsonb)
        else '{}'
    end
from reconciliation.difference as difference
inner join change_set on difference.change_set_id = change_set.id
inner join held
    on
        difference.client_plan_id = held.client_plan_id
        and change_set.made_on >= held.since
        and change_set.made_on < held.until
union all
select
    'reconciliation.stored_otherwise',
    to_jsonb(otherwise)
from reconciliation.stored_otherwise as otherwise
inner join change_set on otherwise.change_set_id = change_set.id
where
    exists (
        select 1 from held
        where
            held.client_plan_id = otherwise.client_plan_id
            and held.until = 'infinity'
            and (change_set.made_on >= held.since or held.taken_over_on is null)
    )
union all
select
    'reconciliation.parked_subscriber',
    to_jsonb(parked)
from reconciliation.parked_subscriber as parked
where parked.client_plan_id in (select own.client_plan_id from own)
union all
select
    'reconciliation.parked_client_plan',
    to_jsonb(parked)
from reconciliation.parked_client_plan as parked
where parked.client_plan_id in (select own.client_plan_id from own)
union all
select
    'reconciliation.pending_change',
    to_jsonb(pending)
from reconciliation.pending_change as pending
where pending.client_plan_id in (select own.client_plan_id from own)
union all
select
    'reports.discrepancy',
    to_jsonb(discrepancy)
from reports.discrepancy as discrepancy
where discrepancy.client_plan_id in (select own.client_plan_id from own)
union all
select
    'reports.overdue_charge',
    to_jsonb(overdue)
from reports.overdue_charge as overdue
where overdue.client_plan_id in (select own.client_plan_id from own)
union all
select
    'staging.subscriber',
    to_jsonb(staged) || case
        when staged.client_plan_id in (select inherited.client_plan_id from inherited)
            then privacy.anonymous(to_jsonb(staged)) || '{"devices": null}'
        else '{}'
    end
from staging.subscriber as staged
where staged.client_plan_id in (select own.client_plan_id from own)
union all
select
    'staging.desired_subscriber',
    to_jsonb(staged)
from staging.desired_subscriber as staged
where
    staged.client_plan_id in (select own.client_plan_id from own)
    and (staged.client_id is null or staged.client_id = :client)
union all
select
    'staging.parked_subscriber',
    to_jsonb(staged)
from staging.parked_subscriber as staged
where staged.client_plan_id in (select own.client_plan_id from own)
union all
select
    'staging_changes.subscriber',
    to_jsonb(staged) || case
        when staged.client_plan_id in (select inherited.client_plan_id from inherited)
            then privacy.anonymous(to_jsonb(staged)) || '{"devices": null}'
        else '{}'
    end
from staging_changes.subscriber as staged
where staged.client_plan_id in (select own.client_plan_id from own)
union all
select
    'staging_changes.desired_subscriber',
    to_jsonb(staged)
from staging_changes.desired_subscriber as staged
where
    staged.client_plan_id in (select own.client_plan_id from own)
    and (staged.client_id is null or staged.client_id = :client)
union all
select
    'staging_changes.parked_subscriber',
    to_jsonb(staged)
from staging_changes.parked_subscriber as staged
where staged.client_plan_id in (select own.client_plan_id from own)
union all
select
    'staging_updates.subscriber',
    to_jsonb(staged) || case
        when staged.client_plan_id in (select inherited.client_plan_id from inherited)
            then privacy.anonymous(to_jsonb(staged)) || '{"devices": null}'
        else '{}'
    end
from staging_updates.subscriber as staged
where staged.client_plan_id in (select own.client_plan_id from own)
union all
select
    'staging_updates.parked_subscriber',
    to_jsonb(staged)
from staging_updates.parked_subscriber as staged
where staged.client_plan_id in (select own.client_plan_id from own)
union all
select
    'privacy.erasure',
    to_jsonb(erasure)
from privacy.erasure as erasure
where erasure.client_id = :client
union all
select
    'privacy.came_back',
    to_jsonb(noticed)
from privacy.came_back as noticed
where noticed.client_id = :client
