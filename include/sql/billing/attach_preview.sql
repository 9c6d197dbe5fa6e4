-- In: preview. Makes billing.preview_incoming, with its keys, the lines of this list.
select billing.attach_preview(:preview) as attached
