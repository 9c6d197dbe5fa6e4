-- In: question. Records that its run ended without an answer, because none is needed.
update reconciliation.change_set set closed_at = now()
where change_set.id = :question and change_set.status = 'superseded' and change_set.decided_by is null
