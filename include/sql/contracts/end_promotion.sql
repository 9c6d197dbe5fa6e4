-- In: id, until, the first day without the promotion. Out: the whole row as JSON (state).
update tv.promotion as promotion
set until = :until
where promotion.id = :id
returning cast(to_jsonb(promotion) as text) as state
