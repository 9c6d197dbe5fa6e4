-- Until the transaction ends, joins of whole tables are not planned row by row: on tables that were never analysed,
-- as after a bulk load or behind a view of an ERP, that would be quadratic. Their hash tables and the sorts of new
-- keys may take some memory, or they would go through the disk in many pieces; and handing a row from one process to
-- another is not thought so dear that nothing is done by two. Temporary tables are looked at roughly.
select
    set_config('enable_nestloop', 'off', true) as nestloop,
    set_config('work_mem', '64MB', true) as work_mem,
    set_config('maintenance_work_mem', '256MB', true) as maintenance_work_mem,
    set_config('parallel_tuple_cost', '0.001', true) as parallel_tuple_cost,
    set_config('default_statistics_target', '20', true) as statistics_target
