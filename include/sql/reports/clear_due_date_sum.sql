-- In: due_date. Forgets its sums.
delete from dashboard.due_date_sum
where due_date_sum.due_date = :due_date
