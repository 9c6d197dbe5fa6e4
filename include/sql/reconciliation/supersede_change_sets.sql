-- Supersedes every unfinished change set: staging belongs to the newest one alone.
update reconciliation.change_set set status = 'superseded'
where change_set.status in ('planned', 'approved', 'applied')
