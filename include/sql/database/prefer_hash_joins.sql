-- Until the transaction ends, joins of whole tables are not planned row by row: on tables that were never analysed, as
-- after a bulk load or behind a view of an ERP, that would be quadratic.
set local enable_nestloop = off
