-- Out: the name by which pg_dump sees exactly what this transaction sees.
select pg_export_snapshot()
