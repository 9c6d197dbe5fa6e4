-- Out: the first month that owes anything; null if nothing was billed yet.
select billing.go_live() as month
