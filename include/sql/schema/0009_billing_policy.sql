-- How a service plan's extras are charged, as data: a new row is a new version, and every event keeps the one it was
-- made by. The first row is the manual's rule, for every plan that has none of its own.
create table billing.policy (
    id bigint generated always as identity primary key,
    service_plan_id bigint,
    proration text not null default 'full' check (proration in ('full', 'daily')),
    timing text not null default 'advance' check (timing in ('advance', 'arrears')),
    minimum_amount numeric(12, 2) not null default 0 check (minimum_amount >= 0),
    bills_suspended boolean not null default false,
    author text not null check (btrim(author) <> ''),
    created_at timestamptz not null default now()
);
comment on table billing.policy is 'Append-only. The newest row of a service plan is in force.';
comment on column billing.policy.service_plan_id is 'Null: the default, for plans without a policy of their own.';
comment on column billing.policy.proration is 'full: the price, if sold on the due date; daily: by days of the month.';
comment on column billing.policy.timing is 'advance: the month of the due date; arrears: the month before it.';
comment on column billing.policy.minimum_amount is 'A charge below it is not made.';
create index policy_service_plan on billing.policy (service_plan_id, id);

insert into billing.policy (author) values ('manual');

create trigger policy_immutable before update or delete on billing.policy
for each row execute function billing.refuse_change();
create trigger policy_never_truncated before truncate on billing.policy
for each statement execute function billing.refuse_change();

create view billing.policy_in_force as
select distinct on (policy.service_plan_id)
    policy.id,
    policy.service_plan_id,
    policy.proration,
    policy.timing,
    policy.minimum_amount,
    policy.bills_suspended
from billing.policy
order by policy.service_plan_id asc, policy.id desc;

-- Null where an event was made before there were policies.
alter table billing.event
add column price numeric(12, 2),
add column days smallint,
add column days_before smallint,
add column denominator smallint,
add column policy_id bigint references billing.policy,
add column reversed boolean not null default false,
-- What the partial indexes look at: it does not change when an event is settled.
add column live boolean not null generated always as (status <> 'cancelled' and not reversed) stored,
drop constraint event_check,
add constraint event_reference_month check (
    reference_month in (
        due_date - (extract(day from due_date)::integer - 1),
        (due_date - (extract(day from due_date)::integer - 1) - interval '1 month')::date
    )
),
add constraint event_prorated check (
    (days is null) = (denominator is null)
    and (days is null) = (days_before is null)
    and (days is null or (days between 1 and denominator and days_before between 0 and denominator - days))
),
add constraint event_reversed check (not reversed or (kind = 'charge' and status = 'processed'));
comment on column billing.event.price is 'The price of a whole month that the amount comes from.';
comment on column billing.event.days is 'Days charged of the reference month. Null: the whole price.';
comment on column billing.event.days_before is 'Days of the month that an earlier sale of the package covers.';
comment on column billing.event.denominator is 'Days of the reference month.';
comment on column billing.event.reversed is 'A reversal gave it back.';
comment on column billing.event.live is 'Neither voided nor given back.';

drop index billing.event_live_charge;
create unique index event_live_charge on billing.event (client_package_id, reference_month)
where kind = 'charge' and live;
-- Cancelled and sold again within a month, a package is two client packages, and charged once all the same, unless
-- each is charged by its own days.
drop index billing.event_live_package;
create unique index event_live_package on billing.event (client_plan_id, package_id, reference_month)
where kind = 'charge' and live and days is null;

-- A processed charge changes in one way only, once: it is reversed.
create function billing.refuse_change_but_reversal() returns trigger language plpgsql as $$
begin
    -- `live` is worked out after this.
    if
        new.reversed and not old.reversed
        and to_jsonb(new) - array['reversed', 'live'] = to_jsonb(old) - array['reversed', 'live']
    then
        return new;
    end if;
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
        using errcode = 'restrict_violation', hint = 'Correct a charge by a reversal, never by an edit.';
end
$$;
drop trigger event_final on billing.event;
create trigger event_final before update on billing.event
for each row when (old.status <> 'pending') execute function billing.refuse_change_but_reversal();

alter table billing.exclusion
drop constraint exclusion_reason_check,
add constraint exclusion_reason_check check (
    reason in (
        'client_plan_cancelled', 'client_plan_suspended', 'client_plan_not_active_yet', 'plan_without_tv',
        'package_not_extra', 'package_inactive', 'not_added_yet', 'package_cancelled', 'no_price', 'free',
        'already_billed', 'not_due', 'below_minimum', 'corrected', 'negative_price', 'listed_twice'
    )
);
comment on column billing.exclusion.reason is 'negative_price and listed_twice are errors of the data, parked.';

create index event_credit on billing.event (client_plan_id) where kind = 'reversal';

-- What people took back or called off: who, when, why.
create table billing.correction (
    id bigint generated always as identity primary key,
    event_id bigint not null unique references billing.event,
    action text not null check (action in ('void', 'reverse')),
    reason text not null check (btrim(reason) <> ''),
    author text not null check (btrim(author) <> ''),
    rebill boolean not null,
    reversal_event_id bigint unique references billing.event,
    created_at timestamptz not null default now(),
    check ((action = 'reverse') = (reversal_event_id is not null))
);
comment on column billing.correction.rebill is 'Whether the next run may charge this month again.';
create trigger correction_immutable before update or delete on billing.correction
for each row execute function billing.refuse_change();
create trigger correction_never_truncated before truncate on billing.correction
for each statement execute function billing.refuse_change();

-- Reais as a Brazilian reads them: R$ 1.234,56.
create function billing.reais(amount numeric)
returns text
language sql immutable
as $$
    select 'R$ ' || translate(to_char(amount, 'FM999,999,999,990.00'), ',.', '.,')
$$;

-- One line a person can read to a client: where the amount of an event comes from.
create function billing.explanation(of_event bigint)
returns text
language sql stable
as $$
    select
        case event.kind when 'charge' then '' else 'Estorno de ' end
        || package.name || ' em ' || to_char(event.reference_month, 'MM/YYYY') || ': ' || billing.reais(event.amount)
        || case
            when event.days is null then ' (mês cheio'
            else ' (' || event.days || ' de ' || event.denominator || ' dias de ' || billing.reais(event.price)
        end
        || case event.price_source when 'client' then ', preço do cliente' else ', preço do pacote' end
        || coalesce(
            ', política ' || policy.id || ': '
            || case policy.proration when 'daily' then 'por dia' else 'valor cheio' end
            || case policy.timing when 'arrears' then ', mês vencido' else ', mês do vencimento' end, ''
        ) || ')'
    from billing.event as event
    inner join tv.package as package on event.package_id = package.id
    left join billing.policy on event.policy_id = policy.id
    where event.id = of_event
$$;
