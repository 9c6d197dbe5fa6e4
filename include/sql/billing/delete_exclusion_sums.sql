-- In: run_id. Deletes the numbers that stand for old exclusions of the run: the list had them all again.
delete from billing.exclusion_sum
where exclusion_sum.run_id = :run_id
