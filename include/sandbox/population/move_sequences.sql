-- Moves the sequences of ids past the rows that were added with ids of their own. With no row, they start at 1.
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
