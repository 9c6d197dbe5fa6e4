-- In: uids, of subscribers that the list of changes did not have and that were read one by one. Out: one of them that
-- changed all the same; no row if none did.
select held.uid
from staging.subscriber as held
left join staging_updates.subscriber as updated on held.uid = updated.uid
where
    held.uid = any(cast(:uids as text[]))
    and (held.digest, held.external_id, held.version)
    is distinct from (updated.digest, updated.external_id, updated.version)
order by held.uid
limit 1
