-- In: run_id. Closes a standard billing run, so that the TV billing of the same due date may settle.
update billing.run
set status = 'closed', closed_at = now(), reason_code = null, reason = null
where id = :run_id
