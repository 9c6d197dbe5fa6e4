-- In: parent (billing.event_record or finance.posting), for_due_date, whose new rows are in the table that
-- billing.open_incoming or finance.make_postings made. Out: how many they are. They are in the parent from then on.
create or replace function billing.attach_partition(parent regclass, for_due_date date)
returns bigint language plpgsql as $$
begin
    execute format('drop view pg_temp.%I', 'incoming_' || (select relname from pg_class where oid = parent));
    return billing.attach_incoming(parent, for_due_date);
end
$$;
