-- What people changed of contracts and plans: who, when, what, before and after. Written with the change, never again.
create table tv.contract_change (
    id bigint generated always as identity primary key,
    -- Not now(): a change that waited for another is later than it.
    changed_at timestamptz not null default clock_timestamp(),
    author text not null check (btrim(author) <> ''),
    action text not null check (
        action in (
            'add_package', 'cancel_package', 'delete_package',
            'add_point', 'edit_point', 'remove_point', 'swap_point',
            'change_default_package', 'set_allows_tv'
        )
    ),
    client_plan_id bigint,
    service_plan_id bigint,
    before jsonb,
    after jsonb,
    check ((client_plan_id is null) <> (service_plan_id is null)),
    check (before is distinct from after)
);
create index contract_change_client_plan on tv.contract_change (client_plan_id, id) where client_plan_id is not null;
create index contract_change_service_plan on tv.contract_change (service_plan_id, id) where service_plan_id is not null;
comment on column tv.contract_change.before is 'The row as it was. Null: there was none.';
comment on column tv.contract_change.after is 'The row as it became. Null: it was deleted.';

create function tv.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
        using errcode = 'restrict_violation', hint = 'A change is undone by another change, which is noted as well.';
end
$$;

create trigger contract_change_immutable before update or delete on tv.contract_change
for each row execute function tv.refuse_change();
create trigger contract_change_never_truncated before truncate on tv.contract_change
for each statement execute function tv.refuse_change();
