-- In: change_set. Deletes the differences that an earlier verification recorded.
delete from reconciliation.difference
where difference.change_set_id = :change_set
