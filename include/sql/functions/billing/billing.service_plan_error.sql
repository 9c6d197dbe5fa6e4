-- In: whether a contract is cancelled, or ended before the day that counts; and what billing.service_plan says of its
-- service plan, if anything. Out: what is wrong with that (billing.exclusion_reason), or null. Inlined, as
-- billing.client_plan_error, which comes first.
create or replace function billing.service_plan_error(ended boolean, id bigint, parked text)
returns text
language sql immutable parallel safe
as $$
    select
        case
            when ended then null
            when id is null then 'service_plan_unknown'
            else parked
        end
$$;
