-- In: event. Out: one line that a person can read to the client.
select billing.explanation(:event) as explanation
