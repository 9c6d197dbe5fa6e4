-- Out: the questions that a person was asked and that wait for an answer.
select question.id
from reconciliation.change_set as question
where question.split_from is not null and question.status = 'planned' and question.asked_at is not null
order by question.id
