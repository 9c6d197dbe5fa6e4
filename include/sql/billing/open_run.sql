-- In: kind (tv or standard), due_date. Makes the run of a due date unless it is there: the conflict that is passed
-- over is the run itself, made by an earlier or a simultaneous task.
insert into billing.run (kind, due_date, status)
values (:kind, :due_date, 'open')
on conflict (kind, due_date) do nothing
