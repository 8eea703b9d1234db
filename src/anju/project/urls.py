"""All addresses of the product: each portal and page family brings its own table."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("anju.design.urls")),
    path("", include("anju.portals.public.urls")),
    path("me/", include("anju.portals.person.urls")),
    path("unit/", include("anju.portals.unit.urls")),
    path("desk/", include("anju.portals.desk.urls")),
    path("verify/", include("anju.portals.verify.urls")),
    path("help/", include("anju.portals.guides.urls")),
    path("bank/", include("anju.portals.bank.urls")),
    path("demo/", include("anju.demo.urls")),
]
