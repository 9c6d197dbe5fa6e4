-- Empties the staging of the snapshot.
truncate staging.subscriber, staging.subscriber_snapshot
