-- In: change_set, shown. Out: some of the differences that nothing explains, with both values where they were sent.
select
    'client plan ' || difference.client_plan_id || ' still needs ' || difference.action
    || coalesce(' ' || difference.target, '')
    || coalesce(
        ' (sent: ' || cast(known.sent as text) || ', the platform shows: ' || cast(known.stored as text) || ')', ''
    ) as difference
from reconciliation.difference
left join reconciliation.stored_otherwise as known
    on
        difference.client_plan_id = known.client_plan_id
        and difference.action = known.action
        and coalesce(difference.target, '') = known.target
        and difference.change_set_id = known.change_set_id
where difference.change_set_id = :change_set and difference.rejected_because is null
order by difference.client_plan_id, difference.action, difference.target
limit :shown
