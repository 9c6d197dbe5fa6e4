-- Out: whether Airflow's database holds a connection or a variable that is encrypted with its Fernet key.
select count(*) > 0 as encrypts
from (
    select conn_id
    from connection
    where is_encrypted or is_extra_encrypted
    union all
    select key
    from variable
    where is_encrypted
) as encrypted
