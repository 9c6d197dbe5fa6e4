-- In: event. Out: one line in Portuguese that explains its amount; null if the event does not exist.
select billing.explanation(:event) as explanation
