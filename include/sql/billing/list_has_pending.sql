-- Reads the temporary table candidate. Out: whether anything of the list waits to be settled once it is saved.
select exists (
    select 1
    from candidate
    where candidate.exclusion is null
) as pending
