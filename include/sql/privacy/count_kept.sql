-- In: client. Out: what an erasure keeps of the client, by kind, and whether the ERP is a view that still has the name.
select
    kept.kind,
    kept.rows
from privacy.kept(:client) as kept
where kept.rows > 0
