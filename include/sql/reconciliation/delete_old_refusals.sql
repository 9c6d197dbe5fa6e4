-- In: change_set. Deletes the operations of earlier change sets that consist of refusals only.
select reconciliation.delete_old_refusals(:change_set)
