-- In: question. Supersedes a question that waits for an answer.
update reconciliation.change_set set status = 'superseded'
where change_set.id = :question and change_set.status = 'planned'
