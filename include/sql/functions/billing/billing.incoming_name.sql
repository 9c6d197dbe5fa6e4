-- In: parent (billing.event_record or finance.posting), for_due_date. Out: the name of the table in which a step
-- collects the due date's new rows. Raises invalid_parameter_value for another parent.
create or replace function billing.incoming_name(parent regclass, for_due_date date)
returns text language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if parent not in ('billing.event_record'::regclass, 'finance.posting'::regclass) then
        raise exception '% is not filled by due dates', parent using errcode = 'invalid_parameter_value';
    end if;
    return (
        select format('%I.%I', relnamespace::regnamespace, 'incoming_' || relname || to_char(for_due_date, '_YYYY_MM_DD'))
        from pg_class
        where oid = parent
    );
end
$$;
