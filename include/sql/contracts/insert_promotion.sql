-- In: client_package_id, price, since, until. Out: the new row, and the whole row as JSON (state). The constraint
-- promotion_once_a_day refuses a second promotion of a day.
insert into tv.promotion as promotion (client_package_id, price, since, until)
values (:client_package_id, :price, :since, :until)
returning
    promotion.id,
    promotion.client_package_id,
    promotion.price,
    promotion.since,
    promotion.until,
    cast(to_jsonb(promotion) as text) as state
