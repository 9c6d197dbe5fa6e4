-- In: id, author, paid_on, paid_how. Notes that the payout was made.
select billing.mark_paid_out(:id, :author, :paid_on, :paid_how) as noted
