"""The database room: where tables are placed, how fields are sealed, who may write what."""
