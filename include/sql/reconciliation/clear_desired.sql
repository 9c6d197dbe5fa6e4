-- Empties the staging of the desired subscribers.
truncate staging.desired_subscriber
