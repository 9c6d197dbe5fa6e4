-- In: question. Records that a person is asked. Out: for how many seconds an answer was awaited; no row if it does not
-- wait for one any more.
update reconciliation.change_set set asked_at = now()
where change_set.id = :question and change_set.status = 'planned'
returning cast(extract(epoch from now() - change_set.waiting_since) as double precision) as waited
