-- Whose personal data was erased (LGPD), so that nothing brings it back.
create schema privacy;

create table privacy.erasure (
    id bigint generated always as identity primary key,
    client_id bigint not null,
    author text not null check (btrim(author) <> ''),
    erased_on date not null,
    erased_at timestamptz not null default clock_timestamp(),
    removed jsonb not null,
    kept jsonb not null,
    client_plans bigint[] not null
);
create index erasure_client on privacy.erasure (client_id, erased_on);
comment on table privacy.erasure is
'Who erased the personal data of which client, and when. No personal data of the client but the number.';
comment on column privacy.erasure.erased_on is 'The ISP''s business date.';
comment on column privacy.erasure.removed is 'How many rows were deleted or made anonymous, by kind.';
comment on column privacy.erasure.kept is 'How many rows the law wants kept, by kind.';
comment on column privacy.erasure.client_plans is 'The contracts that the ERP had of the client then: all over.';

create table privacy.came_back (
    erasure_id bigint primary key references privacy.erasure,
    client_id bigint not null,
    noticed_at timestamptz not null default clock_timestamp()
);
comment on table privacy.came_back is
'The erasures that are over for good, because the client had a contract afterwards, whatever becomes of that.';

create table privacy.erasing (
    transaction xid8 primary key default pg_current_xact_id()
);
comment on table privacy.erasing is
'The transaction in which rows that are final otherwise may be made anonymous. Empty once it is committed.';

-- Nothing may be left of two different values of a device.
alter table tv.contract_change drop constraint contract_change_check1;
alter table tv.contract_change
add constraint contract_change_check1 check (
    before is distinct from after
    or (before is not null and coalesce(before -> 'mac' = 'null', false))
);

-- Where erp.client is a table of ours, what an ERP goes on saying of a client who was erased is not kept. A trigger
-- needs its function, whose text is applied after the migrations.
do $$
begin
    create function privacy.keep_erased() returns trigger language plpgsql
    as 'begin return null; end';
    if (
        select relation.relkind = 'r' and pg_has_role(relation.relowner, 'usage')
        from pg_class as relation
        where relation.oid = 'erp.client'::regclass
    ) then
        create trigger client_added_stays_erased after insert on erp.client
        referencing new table as written for each statement execute function privacy.keep_erased();
        create trigger client_changed_stays_erased after update on erp.client
        referencing new table as written for each statement execute function privacy.keep_erased();
    end if;
end
$$;
