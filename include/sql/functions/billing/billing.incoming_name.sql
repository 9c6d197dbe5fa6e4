-- In: parent (billing.event_record or finance.posting), for_due_date; or finance.posting_of_plans and a month, by its
-- first day. Out: the name of the table in which a step collects the new rows. Raises invalid_parameter_value for
-- another parent, and for a day that begins no month.
create or replace function billing.incoming_name(parent regclass, for_due_date date)
returns text language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if
        parent not in ('billing.event_record'::regclass, 'finance.posting'::regclass)
        and (parent <> 'finance.posting_of_plans'::regclass or extract(day from for_due_date) <> 1)
    then
        raise exception '% is not filled by %', parent, for_due_date using errcode = 'invalid_parameter_value';
    end if;
    return (
        select format('%I.%I', relnamespace::regnamespace, 'incoming_' || relname || to_char(for_due_date, '_YYYY_MM_DD'))
        from pg_class
        where oid = parent
    );
end
$$;
