-- In: pin_field. Records the present client as the one for whom a PIN was made of which that is not known.
update tv.client_extra_field as pin
set client_id = desired.client_id
from desired_subscriber as desired
where
    pin.name = :pin_field
    and pin.client_id is null
    and desired.client_plan_id = pin.client_plan_id
    and desired.client_id is not null
