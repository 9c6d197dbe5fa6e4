-- In: change_set. Deletes the operations of earlier change sets that consist of refusals only: this change set records
-- them again, and kept hour by hour they would fill the disk.
delete from reconciliation.operation
using reconciliation.change_set as idle
where operation.change_set_id = idle.id and idle.id < :change_set and idle.operations = 0
