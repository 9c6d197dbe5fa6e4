-- In: kind, due_date, code (why it failed), reason (the error's message). Records that the run failed, unless another
-- try has closed it.
insert into billing.run as run (kind, due_date, status, reason_code, reason)
values (:kind, :due_date, 'failed', :code, :reason)
on conflict (kind, due_date) do update
    set status = 'failed', reason_code = excluded.reason_code, reason = excluded.reason
    where run.status <> 'closed'
