-- Sums what is posted, net of reversals, by the reference month of the events and by package.
insert into reports.revenue (month, package_id, postings, amount)
select
    summed.reference_month,
    summed.package_id,
    sum(summed.postings) as postings,
    sum(summed.posted) as amount
from reports.due_date_sum as summed
where summed.status = 'processed'
group by summed.reference_month, summed.package_id
