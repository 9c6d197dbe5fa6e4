-- Keeps PostgreSQL from joining whole tables row by row until the transaction ends: on tables that were never analysed,
-- as after a bulk load or behind a view of an ERP, that would be quadratic. Keeps it from sorting whole tables to join
-- them, too, which it does where it expects few rows. Gives hash tables and the sorts of new keys some memory, or they
-- would spill to disk in many pieces; makes handing rows between processes cheap enough to use two; keeps a temporary
-- table of a million rows in memory, because several statements read it; samples temporary tables coarsely; and plans
-- without comparing each partition's constraints with the conditions, because its list of dates says all.
do $$
begin
    perform
        set_config('enable_nestloop', 'off', true),
        set_config('enable_mergejoin', 'off', true),
        set_config('work_mem', '64MB', true),
        set_config('maintenance_work_mem', '256MB', true),
        set_config('parallel_tuple_cost', '0.001', true),
        set_config('default_statistics_target', '20', true),
        set_config('constraint_exclusion', 'off', true);
    begin
        perform set_config('temp_buffers', '128MB', true);
    -- A session that used a temporary table before, as one that a pooler hands out again, keeps what it has.
    exception when invalid_parameter_value then null;
    end;
end
$$
