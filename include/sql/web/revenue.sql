-- In: since (a month). Out: what was posted, by reference month and package.
select
    revenue.month,
    package.name as package,
    revenue.postings,
    revenue.amount
from reports.revenue as revenue
inner join tv.package as package on revenue.package_id = package.id
where revenue.month >= :since
order by revenue.month, package.name, package.id
