-- In: preview, words (JSON). Sets what the exports read, until the transaction ends.
select
    set_config('multitv.preview', cast(cast(:preview as bigint) as text), true),
    set_config('multitv.words', cast(:words as text), true)
