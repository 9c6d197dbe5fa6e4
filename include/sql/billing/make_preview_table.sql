-- Makes the table billing.preview_incoming, with the columns of billing.preview_line and without keys.
create unlogged table billing.preview_incoming (like billing.preview_line including constraints)
