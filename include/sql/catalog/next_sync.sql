-- Out: the id of a new sync. Drawing a number writes no row, so a failed fetch leaves nothing behind.
select nextval(pg_get_serial_sequence('tv.catalog_sync', 'id'))
