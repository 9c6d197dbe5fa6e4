-- In: check_name, due_date (null: the check concerns none), offenders. Replaces what the check found before; offenders
-- that it found before keep their time stamps.
with gone as (
    delete from quality.offender
    where
        offender.check_name = :check_name
        and offender.due_date is not distinct from cast(:due_date as date)
        and offender.offender <> all(cast(:offenders as text[]))
)

insert into quality.offender (check_name, due_date, offender)
select
    :check_name,
    cast(:due_date as date),
    found.offender
from unnest(cast(:offenders as text[])) as found (offender)
where
    not exists (
        select 1
        from quality.offender as kept
        where
            kept.check_name = :check_name
            and kept.due_date is not distinct from cast(:due_date as date)
            and kept.offender = found.offender
    )
