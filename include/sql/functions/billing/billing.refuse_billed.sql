-- Trigger on tv.client_package: refuses to delete one that was billed. It is the other side of the keys of events,
-- which no foreign key holds; events, postings and policies are never deleted.
create or replace function billing.refuse_billed() returns trigger language plpgsql as $$
begin
    -- As every saving transaction writes its run before it lists anything, none of them is under way from here on.
    lock table billing.run in share mode;
    if exists (select from billing.event_of(old.id)) then
        raise exception 'client package % was billed', old.id
            using errcode = 'foreign_key_violation', constraint = 'event_client_package_id_fkey';
    end if;
    return old;
end
$$;
