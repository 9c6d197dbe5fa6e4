-- Out: what a manifest says of the database that is backed up: the server's version, the encoding, and the moment.
select
    current_setting('server_version') as server,
    cast(current_setting('server_version_num') as integer) / 10000 as major,
    pg_encoding_to_char(pg_database.encoding) as encoding,
    now() as as_of
from pg_database
where pg_database.datname = current_database()
