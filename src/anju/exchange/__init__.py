"""The exchange room: what other agencies (其他部门) know, asked for by name and kept with its source.

Front door: `exchange.actions.ask`, `exchange.queries.answer`, `exchange.types`. Owns the stored answers; decides
nothing about them. A dead agency is an answer too (`down`), never an exception.
"""
