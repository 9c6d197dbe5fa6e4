-- In: due_date. Deletes the due date's stored list, and every list older than a month: what is saved from now on may
-- differ from them. Their lines stay for those who are reading them. Out: their numbers.
delete from billing.preview
where preview.due_date = :due_date or preview.created_at < now() - interval '1 month'
returning preview.id
