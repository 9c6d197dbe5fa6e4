-- Waits for billing runs that are being saved, and makes the next ones wait until the transaction ends: each writes its
-- row of billing.run before it lists anything. So no run charges a client package that was deleted after it was listed.
lock table billing.run in share mode
