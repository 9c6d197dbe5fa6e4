-- Out: the digest of the functions, views and triggers that the database has; no row if they were never applied.
select digest
from schema_digest
