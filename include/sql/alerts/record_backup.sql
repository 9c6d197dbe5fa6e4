-- In: made_at, when a backup was made that is verified by now. Keeps the last one only.
with earlier as (
    delete from alerts.backup
    where backup.made_at <= :made_at
)

insert into alerts.backup (made_at) values (:made_at)
