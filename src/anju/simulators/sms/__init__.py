"""An SMS gateway with an inbox that shows what the phones would show."""
