-- Rows of the ERP that are parked, operations that wait for a person, and the client for whom a PIN was made.
-- No foreign key either, as of parked_subscriber.
create table reconciliation.parked_client_plan (
    change_set_id bigint not null,
    client_plan_id bigint,
    reason text not null,
    unique nulls not distinct (change_set_id, client_plan_id)
);
comment on table reconciliation.parked_client_plan is
'Contracts whose rows in the ERP cannot be relied on: they were left as they are. Of the last change set only.';
comment on column reconciliation.parked_client_plan.client_plan_id is 'Null: the row has no id.';
comment on column reconciliation.parked_client_plan.reason is 'A code.';

-- No foreign key, because both are deleted by age, in any order.
alter table reconciliation.change_set
add column split_from bigint,
add column waiting_since timestamptz,
add column asked_at timestamptz,
add column closed_at timestamptz,
add column creations bigint not null default 0,
add column recorded bigint not null default 0,
add column without_contract bigint not null default 0,
add column ended_or_parked bigint not null default 0,
add constraint change_set_waiting_check check ((split_from is null) = (waiting_since is null));
create index change_set_split_from on reconciliation.change_set (split_from) where split_from is not null;
comment on column reconciliation.change_set.split_from is
'The change set whose operations these are, until a person is asked. Null: nobody has to be asked.';
comment on column reconciliation.change_set.waiting_since is
'Since when an answer is awaited, also to earlier questions.';
comment on column reconciliation.change_set.asked_at is 'When a person was asked. Null: not yet.';

comment on column reconciliation.change_set.closed_at is
'When the question ended because another one replaced it, or nothing was left to be asked.';
comment on column reconciliation.change_set.creations is 'Client plans that get a new subscriber.';
comment on column reconciliation.change_set.recorded is
'Client plans whose subscriber uid we have recorded, also those that are gone from the ERP.';
comment on column reconciliation.change_set.without_contract is
'Subscribers that we made, that are served, and whose contract is gone from the ERP.';

comment on column reconciliation.change_set.ended_or_parked is
'Client plans that the ERP has, as ended or in rows that cannot be relied on, and that are still served.';

alter table reconciliation.operation add column client_id bigint;
comment on column reconciliation.operation.client_id is 'Who gets the PIN that the operation makes.';

alter table tv.client_extra_field add column client_id bigint;
comment on column tv.client_extra_field.client_id is
'The client for whom a PIN was made. Null: the next reconciliation takes the present one.';

-- Whoever held the contract when its PIN was made, as far as the history knows.
update tv.client_extra_field as pin
set client_id = held.client_id
from (
    select
        made.client_plan_id,
        max(made.done_at) as done_at
    from reconciliation.operation as made
    where made.action in ('create', 'recover_pin') and made.status = 'applied'
    group by made.client_plan_id
) as made
inner join history.client_plan as held
    on
        made.client_plan_id = held.client_plan_id
        and held.since <= cast(made.done_at as date)
        and held.until > cast(made.done_at as date)
where pin.client_plan_id = made.client_plan_id and pin.name = 'Auth Pin Assinante Beenius';

alter table staging.desired_subscriber
add column client_id bigint,
add column owner_changed boolean not null default false;
comment on column staging.desired_subscriber.has_pin is 'A PIN is recorded that was made for the present client.';
comment on column staging.desired_subscriber.owner_changed is 'The PIN that is recorded was made for another client.';
