"""The contributions room: terms, change lists, the month's remittance, receipts matched to it, money in suspense."""
