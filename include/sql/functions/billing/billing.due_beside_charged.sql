-- In: as billing.due; a due date is settled if billed_by is null. Out: the rows of billing.due of which something was
-- charged for the month already, or which a person took back: how each is listed then (billing.left_to_charge), if
-- otherwise than it is due, or why it is not charged. Not inlined, so that the joins with it stay parallel; and if it
-- is about few client plans, only they are looked up.
create or replace function billing.due_beside_charged(for_due_date date, billed_by date)
returns table (
    client_package_id bigint,
    reference_month date,
    due_segment integer,
    segment integer,
    amount numeric,
    days integer,
    days_before integer,
    value_before numeric,
    denominator integer,
    exclusion text
)
language plpgsql stable parallel safe rows 100
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    client_plans bigint[] := array(
        select charged.client_plan_id
        from billing.charged(for_due_date) as charged
        union
        select sold.client_plan_id
        from billing.taken_back(for_due_date) as taken_back
        inner join tv.client_package as sold on taken_back.client_package_id = sold.id
    );
begin
    if client_plans = '{}' then
        return;
    end if;
    return query
    select
        listed.client_package_id,
        listed.reference_month,
        listed.segment,
        (listed.beside).segment,
        (listed.beside).amount,
        (listed.beside).days,
        (listed.beside).days_before,
        (listed.beside).value_before,
        (listed.beside).denominator,
        case
            when listed.was_taken_back then 'corrected'
            when listed.segment = 0 or not listed.was_charged then null
            when (listed.beside).segment is null then 'already_billed'
            else (listed.beside).exclusion
        end
    from (
        select
            due.*,
            due.segment = any(taken_back.for_good) as was_taken_back,
            charged.billed is not null as was_charged,
            case
                when
                    not charged.whole
                    and due.segment > 0
                    and due.exclusion is null
                    and billing.may_be_charged(
                        due.client_package_id, due.segment, due.price, taken_back.again, taken_back.again_prices,
                        charged.billed, charged.prices
                    )
                    then
                        billing.left_to_charge(
                            due, charged.billed, charged.segments, charged.prices, charged.amount, charged.days,
                            charged.days_kept, billed_by is null
                        )
            end as beside
        from
            billing.due(
                for_due_date,
                billed_by,
                -- To look for so many in all takes longer than to take all.
                case when cardinality(client_plans) < 100000 then client_plans end
            ) as due
        left join billing.charged(for_due_date) as charged
            on
                due.client_plan_id = charged.client_plan_id
                and due.package_id = charged.package_id
                and due.reference_month = charged.reference_month
        left join billing.taken_back_package(for_due_date) as taken_back
            on
                due.client_package_id = taken_back.client_package_id
                and due.reference_month = taken_back.reference_month
        where charged.billed is not null or taken_back.client_package_id is not null
        -- So that what is left is worked out once.
        offset 0
    ) as listed;
end
$$;
