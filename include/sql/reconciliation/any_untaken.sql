-- Out: one row if a change waits that no event-driven change set took, none otherwise.
select true as untaken
where exists (
    select from reconciliation.waiting_change() as waiting
    where waiting.taken_by is distinct from 'changes'
)
