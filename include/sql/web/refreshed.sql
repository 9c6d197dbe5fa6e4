-- Out: when the oldest of the dashboard's figures was computed, and when the snapshot that the discrepancies are of was
-- taken.
select
    (
        select min(refresh.refreshed_at)
        from reports.refresh as refresh
    ) as refreshed_at,
    (
        select max(measured.seen_at)
        from reports.discrepancy_measured as measured
    ) as seen_at
