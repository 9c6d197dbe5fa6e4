-- Sums what is posted, net of reversals, by the reference month of the events and by package.
insert into reports.revenue (month, package_id, postings, amount)
select
    summed.reference_month,
    summed.package_id,
    sum(summed.postings) as postings,
    sum(summed.posted) as amount
from reports.due_date_sum as summed
-- Pending: what was begun to be given back of a credit.
where summed.status = 'processed' or summed.posted <> 0
group by summed.reference_month, summed.package_id
