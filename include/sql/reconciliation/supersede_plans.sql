-- Whatever was planned before is of yesterday: staging belongs to the newest plan alone.
update reconciliation.plan set status = 'superseded'
where plan.status in ('planned', 'approved', 'applied')
