"""The employer's portal: the month, the staff, the money, who may act for the unit."""
