-- In: digest, of the functions, views and triggers that were applied in this transaction.
insert into schema_digest (digest) values (:digest)
on conflict (only_row) do update set digest = excluded.digest
