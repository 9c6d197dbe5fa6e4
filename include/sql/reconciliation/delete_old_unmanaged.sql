-- In: change_set. Deletes the unmanaged subscribers of earlier change sets: each change set records them again, and
-- kept hour by hour they would fill the disk.
delete from reconciliation.unmanaged
where unmanaged.change_set_id < :change_set
