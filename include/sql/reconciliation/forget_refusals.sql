-- In: plan. Forgets the operations of earlier plans that had nothing to do: all of them were refused by us, this plan
-- refuses them anew, and hour by hour they would fill the disk.
delete from reconciliation.operation
using reconciliation.plan as quiet
where operation.plan_id = quiet.id and quiet.id < :plan and quiet.operations = 0
