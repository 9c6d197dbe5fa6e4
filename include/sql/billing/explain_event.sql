-- In: event. Out: what its amount comes from; no row if the event does not exist.
select
    explained.kind,
    explained.package,
    explained.reference_month,
    explained.amount,
    explained.price,
    explained.price_source,
    explained.days,
    explained.denominator,
    explained.policy_id,
    explained.proration,
    explained.timing
from billing.explanation(:event) as explained
