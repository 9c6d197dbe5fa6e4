-- In: due_date. Forgets the list that was kept of the due date, and those of any that are a month old: what is saved
-- now is not what they say. Their lines stay for whoever is reading them. Out: their numbers.
delete from billing.preview
where preview.due_date = :due_date or preview.created_at < now() - interval '1 month'
returning preview.id
