-- In: figure. Keeps that it was worked out just now.
insert into dashboard.refresh (figure) values (:figure)
on conflict (figure) do update set refreshed_at = now()
