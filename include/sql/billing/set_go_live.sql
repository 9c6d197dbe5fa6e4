-- In: month, the first day of the first month that owes anything (null: that of the first TV billing). Makes
-- billing.go_live say it; changes nothing if it does.
with gone as (
    delete from billing.go_live
    where go_live.month is distinct from cast(:month as date)
)

insert into billing.go_live (month)
select cast(:month as date)
where
    cast(:month as date) is not null
    and not exists (
        select 1
        from billing.go_live
    )
