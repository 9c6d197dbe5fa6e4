-- In: for_due_date. Out: what is sold now as billing.judged has it, less what is charged otherwise. A package that was
-- processed in the month, for another due date or before it was cancelled and sold again, is not charged a second time;
-- one that is only pending on another due date is, because that pending event is stale: the due day moved. What a
-- person took back is charged again only if that person said so.
create or replace function billing.chargeable(for_due_date date)
returns table (
    client_plan_id bigint,
    service_plan_id bigint,
    client_package_id bigint,
    package_id bigint,
    reference_month date,
    amount numeric(12, 2),
    price numeric(12, 2),
    price_source text,
    days integer,
    days_before integer,
    denominator integer,
    policy_id bigint,
    exclusion text
)
language sql stable parallel safe
as $$
    select
        judged.client_plan_id,
        judged.service_plan_id,
        judged.client_package_id,
        judged.package_id,
        judged.reference_month,
        judged.amount,
        judged.price,
        judged.price_source,
        judged.days,
        judged.days_before,
        judged.denominator,
        judged.policy_id,
        case
            when judged.exclusion is not null then judged.exclusion
            when
                otherwise.whole
                or (otherwise.billed is not null and judged.days is null)
                -- Two sales that are both charged by their days do not stand in each other's way.
                or judged.client_package_id = any(otherwise.billed)
                then 'already_billed'
            when judged.client_package_id = any(otherwise.corrected) then 'corrected'
        end
    from billing.judged(for_due_date) as judged
    left join billing.charged_otherwise(for_due_date) as otherwise
        on
            judged.client_plan_id = otherwise.client_plan_id
            and judged.package_id = otherwise.package_id
            and judged.reference_month = otherwise.reference_month
$$;
