-- In: as finance.new_posting. Out: a new table with these postings, which billing.attach_incoming takes. It is made
-- full, because several processes may read for a new table, and only one for an INSERT. Runs as the owner of the
-- tables.
create or replace function finance.create_postings(for_due_date date, parked bigint[])
returns regclass language plpgsql
security definer set search_path = pg_catalog, pg_temp
set datestyle = 'ISO'
as $$
declare
    incoming text := billing.incoming_name('finance.posting', for_due_date);
begin
    execute format(
        'create table %s as select * from finance.new_posting(%L, %L::bigint[])', incoming, for_due_date, parked
    );
    if session_user <> current_user then
        execute format('grant select on %s to session_user', incoming);
    end if;
    return incoming::regclass;
end
$$;
