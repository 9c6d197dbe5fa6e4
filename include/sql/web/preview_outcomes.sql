-- In: preview. Out: how many client packages of a list are charged, and how many are not for which reason.
select
    outcome.outcome,
    outcome.client_packages,
    outcome.amount
from billing.preview_outcome as outcome
where outcome.preview_id = :preview
order by outcome.outcome <> 'charge' asc, outcome.client_packages desc, outcome.outcome asc
