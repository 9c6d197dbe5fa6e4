-- In: staging, the schema of a lane's staging. The statements of the reconciliation name its tables without a schema;
-- this says whose they are until the transaction ends. All else they name with its schema.
select set_config('search_path', :staging, true)
