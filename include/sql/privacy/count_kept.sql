-- In: client. Out: what an erasure keeps of the client, by kind, and how many rows.
select
    kept.kind,
    kept.rows
from privacy.kept(:client) as kept
where kept.rows > 0
