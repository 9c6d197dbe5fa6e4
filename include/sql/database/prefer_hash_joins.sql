-- Keeps PostgreSQL from joining whole tables row by row until the transaction ends: on tables that were never analysed,
-- as after a bulk load or behind a view of an ERP, that would be quadratic. Keeps it from sorting whole tables to join
-- them, too, which it does where it expects few rows. Gives hash tables and the sorts of new keys some memory, or they
-- would spill to disk in many pieces; makes handing rows between processes cheap enough to use two; keeps a temporary
-- table of a million rows in memory, because several statements read it; samples temporary tables coarsely; and plans
-- without comparing each partition's constraints with the conditions, because its list of dates says all.
select
    set_config('enable_nestloop', 'off', true) as nestloop,
    set_config('enable_mergejoin', 'off', true) as mergejoin,
    set_config('work_mem', '64MB', true) as work_mem,
    set_config('temp_buffers', '128MB', true) as temp_buffers,
    set_config('maintenance_work_mem', '256MB', true) as maintenance_work_mem,
    set_config('parallel_tuple_cost', '0.001', true) as parallel_tuple_cost,
    set_config('default_statistics_target', '20', true) as statistics_target,
    set_config('constraint_exclusion', 'off', true) as constraint_exclusion
