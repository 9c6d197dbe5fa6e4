-- A review is decided once, and then never changes.
create or replace trigger review_decided_once before update on billing.review
for each row execute function billing.refuse_second_decision();
create or replace trigger review_never_deleted before delete on billing.review
for each row execute function billing.refuse_change();
create or replace trigger review_never_truncated before truncate on billing.review
for each statement execute function billing.refuse_change();
