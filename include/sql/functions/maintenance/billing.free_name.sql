-- In: wanted, a name for a table, and the schema of it. Out: the name, with a number if something else has it already.
create or replace function billing.free_name(of_schema regnamespace, wanted text)
returns text
language sql stable
as $$
    select tried.name
    from generate_series(1, 1000) as try (number)
    cross join lateral (
        select wanted || case when try.number = 1 then '' else '_' || try.number end as name
    ) as tried
    where
        not exists (select from pg_class where relnamespace = of_schema and relname = tried.name)
        and not exists (select from pg_type where typnamespace = of_schema and typname = tried.name)
    order by try.number
    limit 1
$$;
