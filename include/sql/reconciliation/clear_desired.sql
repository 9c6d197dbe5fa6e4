-- Empties the staging of the desired subscribers.
truncate desired_subscriber
