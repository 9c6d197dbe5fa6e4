-- In: parent and for_due_date, as billing.incoming_name. Out: a new table with the parent's columns and without keys,
-- which the caller may fill until billing.attach_incoming takes it. Runs as the owner of the tables.
create or replace function billing.create_incoming(parent regclass, for_due_date date)
returns regclass language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    incoming text := billing.incoming_name(parent, for_due_date);
begin
    execute format('create table %s (like %s including defaults)', incoming, parent);
    if session_user <> current_user then
        execute format('grant select, insert on %s to session_user', incoming);
    end if;
    return incoming::regclass;
end
$$;
