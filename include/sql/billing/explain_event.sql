-- In: event. Out: what its amount comes from; no row if the event does not exist.
select
    explained.kind,
    explained.package,
    explained.due_date,
    explained.reference_month,
    explained.segment,
    explained.amount,
    explained.price,
    explained.price_source,
    explained.days,
    explained.value_before,
    explained.denominator,
    explained.policy_id,
    explained.proration,
    explained.timing,
    explained.adjusts
from billing.explanation(:event) as explained
