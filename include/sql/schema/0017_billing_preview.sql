-- The list that Carregar saw, for a person to read page by page: nothing is charged by it, and Salvar saves exactly it.
-- One list a due date, the newest. It is read by its number, `where preview_id = ...`: a number is one list for ever.
-- Unlogged, all of it: after a crash of PostgreSQL the lists are gone with their lines, and a person presses Carregar
-- again.

-- Logged, and no identity of the table: not even after a crash is a number given to a second list.
create sequence billing.preview_id_seq;

create unlogged table billing.preview (
    id bigint primary key,
    due_date date not null unique,
    digest text not null,
    candidates bigint not null,
    charges bigint not null,
    amount numeric(14, 2) not null,
    last_charges bigint,
    last_amount numeric(14, 2),
    concerns text[] not null,
    created_at timestamptz not null default now()
);
comment on table billing.preview is 'The newest list of a due date, in numbers. It has as many lines as candidates.';
comment on column billing.preview.digest is 'The same as that of the review of the same list.';
comment on column billing.preview.charges is 'Also those that are processed already; likewise amount.';
comment on column billing.preview.last_charges is 'Of the same due day in the month before. Null: it was not billed.';
comment on column billing.preview.concerns is 'What is unusual about the list, a sentence in Portuguese for each.';

create unlogged table billing.preview_outcome (
    preview_id bigint not null references billing.preview on delete cascade,
    outcome text not null,
    client_packages bigint not null,
    amount numeric(14, 2) not null,
    primary key (preview_id, outcome)
);
comment on column billing.preview_outcome.outcome is 'charge, or the reason of the exclusion.';

create unlogged table billing.preview_change (
    preview_id bigint not null references billing.preview on delete cascade,
    number integer not null,
    client_plan_id bigint not null,
    amount_before numeric(14, 2) not null,
    amount_after numeric(14, 2) not null,
    primary key (preview_id, number)
);
comment on table billing.preview_change is 'Whose charges differ most from the month before, the greatest first.';

-- A partition a list, filled bare, with its keys made when it is full. The keys end with what is the same in all of a
-- partition, or are without it: each page begins where the one before ended,
-- `and (client_plan_id, client_package_id, reference_month) > (...) order by` the same three, with or without
-- `and outcome = ...`.
create table billing.preview_line (
    preview_id bigint not null,
    client_plan_id bigint not null,
    client_package_id bigint not null,
    service_plan_id bigint,
    package_id bigint not null,
    event_id bigint,
    reference_month date not null,
    days smallint,
    denominator smallint,
    amount numeric(12, 2),
    price numeric(12, 2),
    price_source text not null,
    outcome text not null,
    status text,
    constraint preview_line_status check (status in ('new', 'pending', 'processed')),
    constraint preview_line_charge check (
        (outcome = 'charge') = (status is not null) and (outcome = 'charge') = (amount is not null)
    ),
    primary key (client_plan_id, client_package_id, reference_month, preview_id)
) partition by list (preview_id);
create index preview_line_outcome
on billing.preview_line (outcome, client_plan_id, client_package_id, reference_month);
comment on column billing.preview_line.outcome is 'charge, or the reason of the exclusion.';
comment on column billing.preview_line.amount is 'What is charged. Null: nothing is.';
comment on column billing.preview_line.price is 'The price of a whole month that the amount comes from.';
comment on column billing.preview_line.days is 'Days charged of the reference month. Null: the whole price.';
comment on column billing.preview_line.denominator is 'Days of the reference month.';
comment on column billing.preview_line.event_id is 'The event there is. Where nothing is charged, Salvar cancels it.';
comment on column billing.preview_line.status is 'new: Salvar makes its event; else that of the event there is.';

-- What a list is made of (billing.preview_incoming) becomes its partition. Nobody who reads other lists waits for that.
create function billing.take_in_preview(of_preview bigint)
returns void language plpgsql as $$
begin
    execute format(
        'alter table billing.preview_incoming rename to %1$I;
        alter table billing.preview_line attach partition billing.%1$I for values in (%2$s);
        analyze billing.%1$I',
        'preview_line_' || of_preview, of_preview
    );
end
$$;

-- Drops the lines of lists that are not kept any more, but for those that went just now: somebody may be reading them.
-- For that every reader waits until the transaction ends, so it comes last. Where somebody reads for long, as a backup
-- does, nobody is kept waiting: the next list has them dropped.
create function billing.drop_replaced_previews(spared bigint[])
returns void language plpgsql set lock_timeout = '20ms' as $$
declare
    lines regclass;
begin
    for lines in
        select part.oid
        from pg_inherits as child
        inner join pg_class as part on child.inhrelid = part.oid
        where
            child.inhparent = 'billing.preview_line'::regclass
            and not exists (select from billing.preview where part.relname = 'preview_line_' || preview.id)
            and not exists (select from unnest(spared) as list (id) where part.relname = 'preview_line_' || list.id)
    loop
        execute format('drop table %s', lines);
    end loop;
exception
    when lock_not_available then
        raise log 'the lines of replaced lists are being read: the next list has them dropped';
end
$$;

-- What else says of a package of a client plan that it is not charged in a month: that it is processed already, by
-- another due date or by another sale; and which sales a person took back for good. As before, but of the other due
-- dates it takes only what charges the months of this one: nothing of the month before where all is charged in advance.
create or replace function billing.charged_otherwise(for_due_date date)
returns table (
    client_plan_id bigint,
    package_id bigint,
    reference_month date,
    whole boolean,
    billed bigint[],
    corrected bigint[]
)
language sql stable parallel safe
as $$
    with charge as (
        select
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            event.client_package_id,
            event.days,
            true as billed
        from billing.charge_of_other_due_date(for_due_date) as event
        inner join finance.posting on event.due_date = posting.event_due_date and event.id = posting.id
        where
            event.reference_month = any(
                array(select policy.reference_month from billing.policy_of(for_due_date) as policy)
            )
        union all
        -- Two sales of a package to a client plan never overlap: one of them is cancelled.
        select
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            event.client_package_id,
            event.days,
            true as billed
        from (
            select distinct
                gone.client_plan_id,
                gone.package_id
            from tv.client_package as gone
            where gone.cancelled_on is not null
        ) as resold
        inner join billing.processed_charge(for_due_date) as event
            on resold.client_plan_id = event.client_plan_id and resold.package_id = event.package_id
        union all
        select
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            event.client_package_id,
            null as days,
            false as billed
        from billing.correction
        inner join billing.event_record as event
            on correction.event_due_date = event.due_date and correction.event_id = event.id
        where
            event.due_date >= cast(date_trunc('month', cast(for_due_date as timestamp)) - interval '1 month' as date)
            and event.due_date < cast(date_trunc('month', cast(for_due_date as timestamp)) + interval '2 months' as date)
        group by event.client_plan_id, event.package_id, event.reference_month, event.client_package_id
        -- The last word counts.
        having not (array_agg(correction.rebill order by correction.id desc))[1]
    )

    select
        charge.client_plan_id,
        charge.package_id,
        charge.reference_month,
        bool_or(charge.billed and charge.days is null),
        array_agg(charge.client_package_id) filter (where charge.billed),
        array_agg(charge.client_package_id) filter (where not charge.billed)
    from charge
    group by charge.client_plan_id, charge.package_id, charge.reference_month
$$;
