-- Lets the changes wait again that were taken by a change set which is not finished. Out: their number.
with released as (
    update reconciliation.pending_change as change
    set change_set_id = null, taken_at = null, announced_at = null
    from reconciliation.change_set as taker
    where change.change_set_id = taker.id and taker.status in ('planned', 'approved', 'applied')
    returning change.id
)

select count(*) from released
