-- Empties the staging of the snapshot.
truncate staging.subscriber, staging.parked_subscriber, staging.subscriber_snapshot
