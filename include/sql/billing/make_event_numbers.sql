-- Makes the sequence of this connection that numbers new events. It caches 1000 numbers at a time: fetched one by one,
-- they take as long as the events themselves.
create temporary sequence if not exists event_number cache 1000
