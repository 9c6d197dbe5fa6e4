-- In: now, pools (a JSON array of objects with name, slots, waiting and since), late_hours. Out: the pools of Airflow
-- for whose slots tasks have waited for so long: how many, and since when.
select
    pool.name as key,
    jsonb_build_object(
        'pool', pool.name, 'slots', pool.slots, 'tasks', pool.waiting, 'since', pool.since
    ) as parameters,
    cast(null as bigint) as client_plans,
    cast(null as numeric) as amount
from
    jsonb_to_recordset(cast(:pools as jsonb))
        as pool (name text, slots integer, waiting bigint, since timestamptz)
where pool.waiting > 0 and pool.since < cast(:now as timestamptz) - make_interval(hours => :late_hours)
