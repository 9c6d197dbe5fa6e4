-- Makes the sequence that numbers new events, for this connection alone. Many at a time: one by one they take as
-- long as the events themselves.
create temporary sequence if not exists event_number cache 1000
