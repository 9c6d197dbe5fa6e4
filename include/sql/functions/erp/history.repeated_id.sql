-- In: relation, the name of a table or view of the ERP with a column id. Out: the ids that it has more than once. Not
-- looked for if the relation has a key.
create or replace function history.repeated_id(relation text)
returns table (id bigint)
language plpgsql stable parallel safe rows 10
as $$
begin
    if exists (
        select
        from pg_index as index
        inner join pg_attribute as attribute
            on index.indrelid = attribute.attrelid and index.indkey[0] = attribute.attnum
        where
            index.indrelid = to_regclass(relation)
            and index.indisunique
            and index.indisvalid
            and index.indnkeyatts = 1
            and index.indpred is null
            and index.indexprs is null
            and attribute.attname = 'id'
    ) then
        return;
    end if;
    return query execute format(
        'select cast(listed.id as bigint) from %s as listed where listed.id is not null '
        'group by listed.id having count(*) > 1',
        to_regclass(relation)
    );
end
$$;
