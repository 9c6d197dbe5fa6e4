-- In: due_date. Out: whether this transaction made a charge of it for a month that a person waived meanwhile.
select billing.charges_waived(:due_date) as charges_waived
