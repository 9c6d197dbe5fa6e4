-- Until the transaction ends, joins of whole tables are not planned row by row: on tables that were never analysed, as
-- after a bulk load or behind a view of an ERP, that would be quadratic. And their hash tables may take some memory, or
-- they would go through the disk in many pieces.
select
    set_config('enable_nestloop', 'off', true) as nestloop,
    set_config('work_mem', '64MB', true) as work_mem
