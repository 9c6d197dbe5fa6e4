-- Moves the id sequences past the rows that were inserted with explicit ids; of an empty table, to 1.
select
    setval(
        pg_get_serial_sequence('tv.client_package', 'id'),
        (select coalesce(max(sold.id), 1) from tv.client_package as sold),
        exists (select 1 from tv.client_package)
    ) as client_package,
    setval(
        pg_get_serial_sequence('tv.client_point', 'id'),
        (select coalesce(max(point.id), 1) from tv.client_point as point),
        exists (select 1 from tv.client_point)
    ) as client_point
