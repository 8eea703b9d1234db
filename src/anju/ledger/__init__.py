"""The ledger room: the centre's books — vouchers, general-ledger lines, business days and the chart of subjects."""
