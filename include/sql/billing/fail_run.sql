-- In: kind, due_date, reason. Records that the run failed, unless another try has closed it.
insert into billing.run as run (kind, due_date, status, reason)
values (:kind, :due_date, 'failed', :reason)
on conflict (kind, due_date) do update
    set status = 'failed', reason = excluded.reason
    where run.status <> 'closed'
