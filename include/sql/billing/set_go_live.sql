-- In: month, the first day of the first month that owes anything (null: that of the first TV billing). Makes
-- billing.go_live say it; changes nothing if it does. Two saves at once write the same.
with gone as (
    delete from billing.go_live
    where cast(:month as date) is null
)

insert into billing.go_live as stored (month)
select cast(:month as date)
where cast(:month as date) is not null
on conflict (only_one) do update
    set month = excluded.month
    where stored.month <> excluded.month
