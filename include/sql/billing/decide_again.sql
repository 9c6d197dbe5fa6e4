-- In: correction (its id), reason, author, rebill. Records another decision on whether the month may be charged again.
select billing.decide_again(:correction, :reason, :author, :rebill) as decided
