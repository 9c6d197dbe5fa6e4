-- In: due_date. Deletes its sums.
delete from reports.due_date_sum
where due_date_sum.due_date = :due_date
