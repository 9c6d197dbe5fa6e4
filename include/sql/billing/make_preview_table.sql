-- Makes the table billing.preview_incoming, in the form of billing.preview_line, bare of keys.
create unlogged table billing.preview_incoming (like billing.preview_line including constraints)
