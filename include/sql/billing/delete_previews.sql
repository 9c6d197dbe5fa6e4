-- In: due_date. Deletes the due date's stored list. Its lines stay for those who are reading them. Out: its number.
delete from billing.preview
where preview.due_date = :due_date
returning preview.id
