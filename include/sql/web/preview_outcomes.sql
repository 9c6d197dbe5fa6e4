-- In: preview. Out: the number of client packages of a list by outcome: charge, or the reason of an exclusion.
select
    outcome.outcome,
    outcome.client_packages,
    outcome.amount
from billing.preview_outcome as outcome
where outcome.preview_id = :preview
order by outcome.outcome <> 'charge' asc, outcome.client_packages desc, outcome.outcome asc
