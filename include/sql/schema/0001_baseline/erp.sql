-- The ERP's own tables, which are only read. At an ISP they may be views or foreign tables over its ERP: a relation
-- that exists already is left unchanged, and no foreign key refers to them.
create schema if not exists erp;

create table if not exists erp.client (
    id bigint primary key,
    name text not null,
    document text not null,
    status text not null default 'active'
);

create table if not exists erp.service_plan (
    id bigint primary key,
    name text not null,
    monthly_price numeric(12, 2) not null
);

create table if not exists erp.client_plan (
    id bigint primary key,
    client_id bigint not null,
    service_plan_id bigint not null,
    status text not null check (status in ('active', 'suspended', 'cancelled')),
    due_day smallint not null check (due_day between 1 and 31),
    activated_on date not null,
    cancelled_on date
);

-- Only tables that were created here get indexes; docs/erp.md says which ones an ERP behind a view needs.
do $$
begin
    if (select c.relkind from pg_class as c where c.oid = 'erp.client'::regclass) = 'r' then
        create index if not exists client_words
        on erp.client using gin (tv.words(name)) with (fastupdate = off);
        create index if not exists client_plain_name on erp.client ((tv.plain(name) collate "C"), id);
        create index if not exists client_document on erp.client ((tv.digits(document)) text_pattern_ops, id);
    end if;
    if (select c.relkind from pg_class as c where c.oid = 'erp.client_plan'::regclass) = 'r' then
        create index if not exists client_plan_due_day on erp.client_plan (due_day);
        create index if not exists client_plan_client on erp.client_plan (client_id);
    end if;
end
$$;
