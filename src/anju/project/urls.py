"""All addresses of the product: each portal and page family brings its own table."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []
for _module, _prefix in (
    ("anju.design.urls", ""),
    ("anju.portals.public.urls", ""),
    ("anju.portals.person.urls", "me/"),
    ("anju.portals.unit.urls", "unit/"),
    ("anju.portals.desk.urls", "desk/"),
    ("anju.portals.verify.urls", "verify/"),
    ("anju.portals.guides.urls", "help/"),
    ("anju.portals.bank.urls", "bank/"),
):
    try:
        _found = find_spec(_module) is not None
    except ModuleNotFoundError:
        _found = False
    if _found:
        urlpatterns.append(path(_prefix, include(_module)))
