-- In: platform_uid, name, service_type, extra, price, point_limit. Inserts a package, or sets the
-- values that the ISP owns: one that the catalogue sync has inserted keeps its name, type and activity.
insert into tv.package (platform_uid, name, service_type, extra, price, point_limit)
values (:platform_uid, :name, :service_type, :extra, :price, :point_limit)
on conflict (platform_uid) do update
    set
        extra = excluded.extra,
        price = excluded.price,
        point_limit = excluded.point_limit,
        changed_at = now()
