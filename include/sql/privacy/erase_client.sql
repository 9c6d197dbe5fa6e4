-- In: client, author, today (the ISP's business date), pin_field. Erases what is held of a client, or says what is an
-- obstacle. Out: obstacles, removed and kept by kind, and whether the client had been erased before.
select
    erased.obstacles,
    erased.removed,
    erased.kept,
    erased.already
from privacy.erase_client(:client, :author, :today, :pin_field) as erased
