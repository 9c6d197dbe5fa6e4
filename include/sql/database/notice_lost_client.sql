-- Ends this session, which frees its locks, once its client is gone: within 5 s of the end of the client's process, in
-- the middle of a statement too, and within 90 s of that of its machine, which nobody reports. PostgreSQL's own
-- defaults wait for the end of the statement, and for two hours.
do $$
begin
    perform
        set_config('tcp_keepalives_idle', '30s', false),
        set_config('tcp_keepalives_interval', '10s', false),
        set_config('tcp_keepalives_count', '6', false),
        set_config('tcp_user_timeout', '90s', false);
    begin
        perform set_config('client_connection_check_interval', '5s', false);
    -- PostgreSQL on Windows cannot.
    exception when invalid_parameter_value then null;
    end;
end
$$
