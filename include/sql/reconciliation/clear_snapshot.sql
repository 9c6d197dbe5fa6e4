-- Empties the staging of the snapshot.
truncate subscriber, parked_subscriber, subscriber_snapshot
