"""The desk (柜台): the centre's staff decide cases, settle money, read the books, find units and people."""
