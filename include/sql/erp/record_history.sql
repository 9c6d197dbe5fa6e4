-- In: today, judged. Records what the ERP and the offer are as true from today on (history.record). Out: how many
-- client plans were known and are stated now, and how many of them changed or came, are parked, and went.
select
    recorded.known,
    recorded.stated,
    recorded.changed,
    recorded.parked,
    recorded.gone
from history.record(:today, :judged) as recorded
