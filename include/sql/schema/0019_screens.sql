-- What the screens search and list by, so that each of their pages reads a page's worth of rows and no more.

-- Names as people type them: no accents, no capitals, nothing but letters, digits and single spaces.
create function tv.plain(written text)
returns text
language sql immutable parallel safe
as $$
    select regexp_replace(
        lower(regexp_replace(normalize(written, nfkd), '[\u0300-\u036f]+', '', 'g')), '[^a-z0-9]+', ' ', 'g'
    )
$$;
-- The words of a name. Its cost is what it is beside reading a row, so that few rows are looked at for a rare word.
create function tv.words(written text)
returns tsvector
language plpgsql immutable parallel safe cost 4000
as $$
begin
    return to_tsvector('simple', tv.plain(written));
end
$$;
-- Digits of a CPF or CNPJ, however it is written.
create function tv.digits(written text)
returns text
language sql immutable parallel safe
as $$
    select regexp_replace(written, '[^0-9]', '', 'g')
$$;

-- Indexes exist only where the relations are tables of ours; README.md says which ones an ERP behind a view needs.
do $$
begin
    if (select c.relkind from pg_class as c where c.oid = 'erp.client'::regclass) = 'r' then
        create index if not exists client_words
        on erp.client using gin (tv.words(name)) with (fastupdate = off);
        create index if not exists client_plain_name on erp.client ((tv.plain(name) collate "C"), id);
        create index if not exists client_document on erp.client ((tv.digits(document)) text_pattern_ops, id);
    end if;
    if (select c.relkind from pg_class as c where c.oid = 'erp.client_plan'::regclass) = 'r' then
        create index if not exists client_plan_client on erp.client_plan (client_id);
    end if;
end
$$;

create index channel_by_number on tv.channel (number, id);

-- The due date that an event's number begins with: its partition, and no other, has the event.
create function billing.due_date_of(of_event bigint)
returns date
language sql stable parallel safe
as $$
    select run.due_date
    from billing.run as run
    where run.kind = 'tv' and billing.number_before(run.due_date) = of_event / 100000000 * 100000000
$$;

-- Where the amount of an event that was read already comes from, in a line for a person.
create function billing.told(event billing.event_record)
returns text
language sql stable parallel safe
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
    from tv.package as package
    left join billing.policy on event.policy_id = policy.id
    where package.id = event.package_id
$$;

-- The same by an event's number.
create or replace function billing.explanation(of_event bigint)
returns text
language sql stable
as $$
    select billing.told(event)
    from billing.event_record as event
    where event.id = of_event and event.due_date = (select billing.due_date_of(of_event))
$$;

-- A text as a cell of a spreadsheet: what would be taken for a formula is quoted.
create function tv.cell(written text)
returns text
language sql immutable parallel safe
as $$
    select case when written ~ '^[=+@\t\r-]' then '''' || written else written end
$$;

-- A list as the rows of a spreadsheet.
create function billing.preview_sheet(of_preview bigint)
returns table (
    client_plan_id bigint,
    client text,
    document text,
    service_plan text,
    package text,
    reference_month text,
    price numeric(12, 2),
    days smallint,
    amount numeric(12, 2),
    outcome text,
    status text,
    event_id text
)
language sql stable
as $$
    select
        line.client_plan_id,
        tv.cell(client.name),
        tv.cell(client.document),
        tv.cell(service_plan.name),
        tv.cell(package.name),
        to_char(line.reference_month, 'MM/YYYY'),
        line.price,
        line.days,
        line.amount,
        line.outcome,
        line.status,
        cast(line.event_id as text)
    from billing.preview_line as line
    left join erp.client_plan as plan on line.client_plan_id = plan.id
    left join erp.client as client on plan.client_id = client.id
    left join erp.service_plan as service_plan on line.service_plan_id = service_plan.id
    left join tv.package as package on line.package_id = package.id
    where line.preview_id = of_preview
    order by line.client_plan_id, line.client_package_id, line.reference_month
$$;
