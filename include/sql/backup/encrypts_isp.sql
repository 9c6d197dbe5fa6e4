-- Out: whether the ISP's database holds a PIN, which is encrypted with MULTITV_PIN_KEYS.
select count(*) > 0 as encrypts
from tv.client_extra_field as field
where field.name = 'Auth Pin Assinante Beenius'
