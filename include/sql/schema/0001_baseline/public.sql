-- The records of `migrate`, beside Alembic's table of versions.
create table schema_digest (
    only_row boolean primary key default true check (only_row),
    digest text not null
);
comment on table schema_digest is 'Of the texts of the functions, views and triggers that the database has.';
