"""Reading and checking a list an employer's agent made: pure, no database, no clock."""
