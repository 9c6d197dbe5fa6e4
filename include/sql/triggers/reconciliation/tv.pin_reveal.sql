-- The record of who was shown a PIN never changes.
create or replace trigger pin_reveal_immutable before update or delete on tv.pin_reveal
for each row execute function tv.refuse_change();
create or replace trigger pin_reveal_never_truncated before truncate on tv.pin_reveal
for each statement execute function tv.refuse_change();
