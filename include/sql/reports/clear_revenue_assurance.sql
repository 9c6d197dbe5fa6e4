-- Forgets the drift of the plan before.
with measured as (
    delete from reconciliation.drift_measured
)

delete from reconciliation.drift
