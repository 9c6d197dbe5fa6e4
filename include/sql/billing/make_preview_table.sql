-- Makes the table billing.preview_incoming, with the columns of billing.preview_line and without keys.
select billing.open_preview() as opened
