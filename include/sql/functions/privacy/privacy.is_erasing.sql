-- Out: whether this transaction erases personal data, and so may make anonymous what is final otherwise.
create or replace function privacy.is_erasing()
returns boolean
language sql stable
as $$
    select exists (
        select from privacy.erasing
        where erasing.transaction = pg_current_xact_id_if_assigned()
    )
$$;
