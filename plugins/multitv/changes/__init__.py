"""What every change by a person has in common: transaction, locks, audit row, checked values, refusals."""
