-- In: id. Deletes a client package. The foreign key of its events refuses one that was ever billed.
-- Exclusions stay: they say why a run did not charge it, and the run's count of candidates includes them.
delete from tv.client_package
where id = :id
