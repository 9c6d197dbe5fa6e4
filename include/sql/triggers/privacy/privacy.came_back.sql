-- Who came back stays so.
create or replace trigger came_back_immutable before update or delete on privacy.came_back
for each row execute function tv.refuse_change();
create or replace trigger came_back_never_truncated before truncate on privacy.came_back
for each statement execute function tv.refuse_change();
