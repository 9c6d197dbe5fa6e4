-- In: preview. billing.preview_incoming becomes the lines of this list, with their keys.
select billing.take_in_preview(:preview) as taken
