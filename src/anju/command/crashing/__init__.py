"""A centre whose processes are killed with -9 at random while it works, and what it must have kept of all that.

``house`` is the running centre: ``anju up`` as an operator starts it, with a bank, a gateway and agencies outside it,
and the victims in it; ``town`` is who is there before; ``callers`` are the people who use it over HTTP and remember
every yes they were given; ``closing`` runs processes that close days, months and the interest year (``books``) and
are killed as well; ``truth`` compares, at the end, what was said with what is there.
"""
