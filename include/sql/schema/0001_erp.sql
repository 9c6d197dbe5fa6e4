-- The ERP's own tables. We only read them. At an ISP they are views or foreign tables over its ERP:
-- a relation that exists already is left as it is, and nothing here is the target of a foreign key.
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

-- An index exists only where the relation is a table of ours.
do $$
begin
    if (select c.relkind from pg_class as c where c.oid = 'erp.client_plan'::regclass) = 'r' then
        create index if not exists client_plan_due_day on erp.client_plan (due_day);
    end if;
end
$$;
