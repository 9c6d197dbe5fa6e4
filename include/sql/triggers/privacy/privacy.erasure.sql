-- The record of an erasure never changes.
create or replace trigger erasure_immutable before update or delete on privacy.erasure
for each row execute function tv.refuse_change();
create or replace trigger erasure_never_truncated before truncate on privacy.erasure
for each statement execute function tv.refuse_change();
