"""The member's portal (个人业务): look, understand, prove, withdraw, correct. One topic a page, phone first.

Owns words and order of the pages only. It asks rooms below and draws; no rule, no number of policy, no table.
"""
