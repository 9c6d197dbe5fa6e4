"""The ERP's facts, as every room reads them. Nothing here writes them."""
