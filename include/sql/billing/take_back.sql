-- In: correction (its id), reason, author. Takes the correction back. Out: the number of the new charge; null: the
-- corrected charge counts again.
select billing.take_back(:correction, :reason, :author) as charge
