-- In: preview. Makes billing.preview_incoming, with its keys, the lines of this list.
select billing.take_in_preview(:preview) as taken
