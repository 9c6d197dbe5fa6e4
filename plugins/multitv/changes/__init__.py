"""What all changes made by a person share: transaction, locks, audit row, checked values and errors."""
