-- In: due_date. Out: each package of a client plan that is charged more than once for a month that the due date may
-- charge or has charged, however far back, be it sold once or cancelled and sold again, or by more days than the month
-- has.
select
    'package ' || twice.package_id || ' of client plan ' || twice.client_plan_id || ' has ' || twice.charges
    || ' live charges in ' || to_char(twice.reference_month, 'YYYY-MM') as offender
from billing.charged_twice(:due_date) as twice
