-- In: kind (tv or standard), due_date. Makes the run of a due date if it does not exist. A conflict is the same run,
-- made by an earlier or a simultaneous task.
insert into billing.run (kind, due_date, status)
values (:kind, :due_date, 'open')
on conflict (kind, due_date) do nothing
