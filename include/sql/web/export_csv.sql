-- Reads the settings multitv.preview (the number of a list) and multitv.words (what codes are called, as JSON) of this
-- transaction, since COPY takes no parameters. Out: the whole list as CSV, with decimal commas.
copy (
    with word as materialized (
        select
            entry.key,
            entry.value
        from jsonb_each_text(cast(current_setting('multitv.words') as jsonb)) as entry
    )

    select
        sheet.client_plan_id,
        sheet.client,
        sheet.document,
        sheet.service_plan,
        sheet.package,
        sheet.reference_month,
        replace(cast(sheet.price as text), '.', ','),
        sheet.days,
        replace(cast(sheet.amount as text), '.', ','),
        coalesce(outcome.value, sheet.outcome),
        coalesce(status.value, sheet.status),
        sheet.event_id
    from billing.preview_sheet(cast(current_setting('multitv.preview') as bigint)) as sheet
    left join word as outcome on sheet.outcome = outcome.key
    left join word as status on sheet.status = status.key
) to stdout with (format csv, delimiter ';')
