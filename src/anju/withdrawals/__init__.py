"""The withdrawals room: money that a member takes out, from promise to payment.

Owns which months and expenses were taken, and what became of each payment. Decides no entitlement: a service
does, and calls ``pay_out`` with the outcome. Knows nothing of cases but their id.
"""
