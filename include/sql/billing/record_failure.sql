-- In: due_date, code (why a step of the TV billing failed), reason (the error's message). Records the failure until a
-- later step ends well. The run's status stays; a run that is closed, or was never opened, is left alone.
update billing.run
set reason_code = :code, reason = :reason
where kind = 'tv' and due_date = :due_date and status <> 'closed'
