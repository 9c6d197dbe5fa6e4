-- In: client_package_id, since, until. Out: its promotions on any of the days [since, until), the first one first, each
-- with the whole row as JSON (state).
select
    promotion.id,
    promotion.client_package_id,
    promotion.price,
    promotion.since,
    promotion.until,
    cast(to_jsonb(promotion) as text) as state
from tv.promotion as promotion
where
    promotion.client_package_id = :client_package_id
    and promotion.until > :since
    and promotion.since < :until
order by promotion.since
