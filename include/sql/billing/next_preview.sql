-- Out: the number of the next list that is stored.
select nextval('billing.preview_id_seq') as id
