-- Out: the questions whose run has to be started, because nobody was asked yet, or ended, because they were replaced or
-- nothing is left to be asked.
select question.id
from reconciliation.change_set as question
where
    question.split_from is not null
    and (
        (question.status = 'planned' and question.asked_at is null)
        or (
            question.status = 'superseded'
            and question.decided_by is null
            and question.asked_at is not null
            and question.closed_at is null
        )
    )
order by question.id
