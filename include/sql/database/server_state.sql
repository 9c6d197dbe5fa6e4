-- Out: whether nothing can be written here, the server's clock, and the process of the server that answers.
select
    pg_is_in_recovery() or cast(current_setting('transaction_read_only') as boolean) as read_only,
    clock_timestamp() as clock,
    pg_backend_pid() as process
