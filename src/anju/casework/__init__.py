"""The casework room: every application is a case with one life-cycle, a clock, four eyes and a timeline.

It runs services that are declared in folders above it and knows none of them by name. It owns no money, no
account and no permission: those are made by a service's effect through other rooms' actions.
"""
