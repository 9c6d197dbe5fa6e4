-- In: parent (billing.event_record), for_due_date. Makes a bare table for the due date's new rows, which this
-- transaction writes and reads as pg_temp.incoming_event_record. Each due date has a table of its own, so that steps of
-- different due dates do not wait for each other.
create or replace function billing.open_incoming(parent regclass, for_due_date date)
returns void language plpgsql as $$
begin
    execute format(
        'create temporary view %I as select * from %s',
        'incoming_' || (select relname from pg_class where oid = parent),
        billing.create_incoming(parent, for_due_date)
    );
end
$$;
