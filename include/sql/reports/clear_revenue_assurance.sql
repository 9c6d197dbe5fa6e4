-- Deletes the discrepancies that were last measured.
with measured as (
    delete from reports.discrepancy_measured
)

delete from reports.discrepancy
