from customers.views import CustomerViewSet, LoginView, MeView
from execora.api.routes import route

urlpatterns = [
    route("auth/login", LoginView, {"post": "create"}, "login"),
    route("me", MeView, {"get": "list"}, "me"),
    route("customers", CustomerViewSet, {"get": "list", "post": "create"}, "customers"),
    route("customers/search", CustomerViewSet, {"get": "search"}, "customers-search"),
    route("customers/<str:pk>", CustomerViewSet, {"get": "retrieve", "patch": "partial_update"}, "customer"),
]
