-- In: days, at_least. Raises restrict_violation if what is to be deleted could be younger than that.
create or replace function billing.require_age(days integer, at_least integer)
returns void language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if days is null or days < at_least then
        raise exception 'nothing younger than % days is deleted here', at_least using errcode = 'restrict_violation';
    end if;
end
$$;
