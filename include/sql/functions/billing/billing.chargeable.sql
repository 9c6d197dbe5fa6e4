-- In: for_due_date. Out: the rows of billing.assessed_sale, with a reason also for what was charged for the month
-- already. A package that was processed, for another due date or before it was cancelled and sold again, is not charged
-- a second time; one that is only pending on another due date is, because that pending event is stale: the due day
-- moved. What a person took back is charged again only if that person said so.
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
        sale.client_plan_id,
        sale.service_plan_id,
        sale.client_package_id,
        sale.package_id,
        sale.reference_month,
        sale.amount,
        sale.price,
        sale.price_source,
        sale.days,
        sale.days_before,
        sale.denominator,
        sale.policy_id,
        case
            when sale.exclusion is not null then sale.exclusion
            when
                otherwise.whole
                or (otherwise.billed is not null and sale.days is null)
                -- Two sales that are both charged by their days do not stand in each other's way.
                or sale.client_package_id = any(otherwise.billed)
                then 'already_billed'
            when sale.client_package_id = any(otherwise.corrected) then 'corrected'
        end
    from billing.assessed_sale(for_due_date) as sale
    left join billing.charged_otherwise(for_due_date) as otherwise
        on
            sale.client_plan_id = otherwise.client_plan_id
            and sale.package_id = otherwise.package_id
            and sale.reference_month = otherwise.reference_month
$$;
