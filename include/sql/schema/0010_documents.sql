-- Documents are compared by their characters, because a CNPJ may have letters.

-- What documents are compared by: the 14 characters of a CNPJ, with whatever people put between its five parts, else
-- the digits of a text. An index is built with it: it changes only by a migration that rebuilds the index.
create function tv.document_key(written text)
returns text
language sql immutable parallel safe
as $$
    select
        case
            when
                written ~ (
                    '^[^0-9A-Za-z]*[0-9A-Za-z]{2}[^0-9A-Za-z]*[0-9A-Za-z]{3}[^0-9A-Za-z]*[0-9A-Za-z]{3}'
                    '[^0-9A-Za-z]*[0-9A-Za-z]{4}[^0-9A-Za-z]*[0-9]{2}[^0-9A-Za-z]*$'
                )
                then
                    translate(
                        regexp_replace(written, '[^0-9A-Za-z]', '', 'g'),
                        'abcdefghijklmnopqrstuvwxyz',
                        'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
                    )
            else regexp_replace(written, '[^0-9]', '', 'g')
        end
$$;

do $$
begin
    if (select c.relkind from pg_class as c where c.oid = 'erp.client'::regclass) = 'r' then
        drop index if exists erp.client_document;
        create index client_document on erp.client ((tv.document_key(document)) text_pattern_ops, id);
    end if;
end
$$;

drop function tv.digits(text);
