-- Out: when the oldest of the dashboard's figures was worked out, and when the platform was last looked at for drift.
select
    (
        select min(refresh.refreshed_at)
        from dashboard.refresh as refresh
    ) as refreshed_at,
    (
        select max(measured.seen_at)
        from reconciliation.drift_measured as measured
    ) as seen_at
