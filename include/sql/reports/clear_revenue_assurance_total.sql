-- Empties the drift by kind.
delete from dashboard.drift
