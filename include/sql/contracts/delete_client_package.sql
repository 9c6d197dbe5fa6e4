-- In: id. Deletes a client package. The foreign key of billing.event refuses one that any event ever charged.
-- Exclusions stay: they tell why a run did not charge it, and the run's count of candidates includes them.
delete from tv.client_package
where id = :id
