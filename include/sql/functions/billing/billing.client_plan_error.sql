-- In: what a row of erp.client_plan says; ended: it was over before the day that counts. Out: what is wrong with it
-- (billing.exclusion_reason), or null. Of a contract that is cancelled nothing but its id has to be right, and of one
-- that ended neither client nor service plan. Inlined, so that no row costs a call.
create or replace function billing.client_plan_error(
    id bigint,
    client_id bigint,
    service_plan_id bigint,
    activated_on date,
    cancelled_on date,
    cancelled boolean,
    ended boolean
)
returns text
language sql immutable parallel safe
as $$
    select
        case
            when (id > 0) is not true then 'impossible_client_plan_id'
            when cancelled then null
            -- No end is infinity as well as null.
            when not isfinite(activated_on) or cancelled_on = '-infinity' then 'impossible_date'
            when ended then null
            when (client_id > 0) is not true then 'impossible_client_id'
            when (service_plan_id > 0) is not true then 'impossible_service_plan_id'
        end
$$;
