-- In: id. Deletes a promotion.
delete from tv.promotion
where id = :id
