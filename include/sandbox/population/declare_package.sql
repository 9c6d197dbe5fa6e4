-- In: platform_uid, name, service_type, extra, price, point_limit. Declares what the ISP owns of a package. One that
-- the catalogue sync brought already keeps what the platform owns: name, type, whether it is active.
insert into tv.package (platform_uid, name, service_type, extra, price, point_limit)
values (:platform_uid, :name, :service_type, :extra, :price, :point_limit)
on conflict (platform_uid) do update
    set
        extra = excluded.extra,
        price = excluded.price,
        point_limit = excluded.point_limit,
        changed_at = now()
