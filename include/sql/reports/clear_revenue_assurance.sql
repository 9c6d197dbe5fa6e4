-- Deletes the discrepancies that were last measured.
with measured as (
    delete from reconciliation.discrepancy_measured
)

delete from reconciliation.discrepancy
