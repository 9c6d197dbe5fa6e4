-- Waits for billing runs that are being saved, and makes the next ones wait until the transaction ends.
select billing.lock_runs()
