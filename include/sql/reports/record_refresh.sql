-- In: figure. Records that it was computed just now.
insert into reports.refresh (figure) values (:figure)
on conflict (figure) do update set refreshed_at = now()
