-- In: nothing. Out: the id of a new sync. A number drawn writes no row, so a fetch that fails leaves nothing behind.
select nextval(pg_get_serial_sequence('tv.catalog_sync', 'id'))
