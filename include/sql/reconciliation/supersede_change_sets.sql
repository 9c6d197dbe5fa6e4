-- In: lane. Supersedes every unfinished change set of it: its staging belongs to the newest one alone. Not a question
-- that waits for an answer: it is judged again once it is answered.
update reconciliation.change_set set status = 'superseded'
where
    change_set.lane = :lane
    and change_set.status in ('planned', 'approved', 'applied')
    and (change_set.split_from is null or change_set.status <> 'planned')
